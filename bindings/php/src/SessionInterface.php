<?php

declare(strict_types=1);

namespace RedisCluster;

/** The public methods of Session, for mocks, decorators and type declarations. Session describes them. */
interface SessionInterface extends CommandRunnerInterface
{
    /** @return ?list<string> */
    public function receive(?float $timeout = null): ?array;
}

<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

/** @internal */
enum FindingKind: string
{
    case Ok = 'ok';
    /** Worth knowing; nothing has to be done. */
    case Note = 'note';
    case Missing = 'missing';
}

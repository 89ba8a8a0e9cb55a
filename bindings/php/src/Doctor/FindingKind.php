<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

/** @internal */
enum FindingKind: string
{
    case Ok = 'ok';
    /** Information; no action is needed. */
    case Note = 'note';
    case Missing = 'missing';
}

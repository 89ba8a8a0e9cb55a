<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** A copy of the package in a temporary folder that every user may read, like an installed package. A checkout may be in a private home folder. */
final class InstalledPackage
{
    private const PARTS = ['preload.php', 'autoload.php', 'src', 'include', 'bin'];

    public readonly string $folder;

    public function __construct()
    {
        $this->folder = sys_get_temp_dir() . '/rediscluster-package-' . bin2hex(random_bytes(6));
        mkdir($this->folder);
        $parts = array_map(static fn (string $part): string => dirname(__DIR__, 2) . "/$part", self::PARTS);
        Php::command(['cp', '-r', ...$parts, $this->folder]);
        Php::command(['chmod', '-R', 'u+w,a+rX', $this->folder]);
    }

    public function __destruct()
    {
        Php::command(['rm', '-rf', $this->folder]);
    }
}

<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** A copy of the package in a temporary folder, readable by every user as an installed one is; a checkout may lie in somebody's home. */
final class InstalledPackage
{
    private const FILES = ['preload.php', 'autoload.php', 'src/*.php', 'include/*.h'];

    public readonly string $folder;

    public function __construct()
    {
        $this->folder = sys_get_temp_dir() . '/rediscluster-package-' . bin2hex(random_bytes(6));
        foreach (['', '/src', '/include'] as $below) {
            mkdir($this->folder . $below);
            chmod($this->folder . $below, 0755);
        }
        $package = dirname(__DIR__, 2);
        foreach (self::FILES as $files) {
            foreach (glob("$package/$files") as $file) {
                $copy = $this->folder . substr($file, strlen($package));
                copy($file, $copy);
                chmod($copy, 0644);
            }
        }
    }

    public function __destruct()
    {
        array_map('unlink', array_merge(...array_map(fn (string $files) => glob("$this->folder/$files"), self::FILES)));
        array_map('rmdir', ["$this->folder/src", "$this->folder/include", $this->folder]);
    }
}

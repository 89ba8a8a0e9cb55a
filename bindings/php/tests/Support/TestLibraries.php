<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** Shared libraries for tests, in a temporary folder that is removed with this object. */
final class TestLibraries
{
    private readonly string $folder;

    public function __construct()
    {
        $this->folder = sys_get_temp_dir() . '/rediscluster-php-' . bin2hex(random_bytes(6));
        mkdir($this->folder);
        chmod($this->folder, 0755);
    }

    public function __destruct()
    {
        array_map('unlink', glob("$this->folder/*"));
        rmdir($this->folder);
    }

    /** A folder for LD_LIBRARY_PATH that contains the library under test with its soname as file name. */
    public function folderOfTestedLibrary(): string
    {
        $copy = "$this->folder/librediscluster.so.1";
        if (!is_file($copy)) {
            copy((string) getenv('REDISCLUSTER_LIBRARY'), $copy);
            chmod($copy, 0755);
        }
        return $this->folder;
    }

    public function compile(string $name, string $source): string
    {
        file_put_contents("$this->folder/$name.c", $source);
        [$status, $output] = Php::command(['cc', '-shared', '-fPIC', '-o', "$this->folder/$name.so", "$this->folder/$name.c"]);
        return $status === 0 ? "$this->folder/$name.so" : throw new \RuntimeException($output);
    }

    public function writeTextFile(string $name): string
    {
        file_put_contents("$this->folder/$name.so", 'not a library');
        return "$this->folder/$name.so";
    }
}

<?php

declare(strict_types=1);

// Loads the classes without Composer.

spl_autoload_register(static function (string $class): void {
    if (str_starts_with($class, 'RedisCluster\\')) {
        $file = __DIR__ . '/src/' . strtr(substr($class, strlen('RedisCluster\\')), '\\', '/') . '.php';
        if (is_file($file)) {
            require $file;
        }
    }
});

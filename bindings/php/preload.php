<?php

declare(strict_types=1);

// For opcache.preload: compiles the classes, so that they may use FFI under ffi.enable=preload. It runs nothing and
// calls no FFI (with opcache.preload_user PHP forbids that here): the library itself comes through ffi.preload.

foreach (glob(__DIR__ . '/src/*.php') as $file) {
    opcache_compile_file($file);
}

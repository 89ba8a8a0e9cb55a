<?php

declare(strict_types=1);

// For opcache.preload: compiles the classes, so that they may use FFI under ffi.enable=preload. It connects to nothing and
// calls no FFI (with opcache.preload_user PHP forbids that here): the library itself comes through ffi.preload.

require_once __DIR__ . '/src/Phpredis/polyfill.php';

foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator(__DIR__ . '/src', FilesystemIterator::SKIP_DOTS)) as $file) {
    if ($file->getExtension() === 'php' && $file->getFilename() !== 'polyfill.php') {
        opcache_compile_file($file->getPathname());
    }
}

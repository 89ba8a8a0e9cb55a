<?php

declare(strict_types=1);

// For opcache.preload: compiles the classes, so that they may use FFI under ffi.enable=preload. It connects to nothing and
// calls no FFI (with opcache.preload_user PHP forbids that here): the library itself comes through ffi.preload.

require_once __DIR__ . '/src/Phpredis/polyfill.php';

// What implements interfaces that may not be there (psr/simple-cache, the extension session) comes when it is asked for: it uses
// FFI through these classes alone. The doctor is a program of its own.
$files = new RecursiveIteratorIterator(new RecursiveDirectoryIterator(__DIR__ . '/src', FilesystemIterator::SKIP_DOTS));
foreach ($files as $file) {
    if ($file->getExtension() === 'php' && !preg_match('~^(Cache|Doctor|SessionHandler|Phpredis/polyfill)\b~', $files->getSubPathname())) {
        opcache_compile_file($file->getPathname());
    }
}

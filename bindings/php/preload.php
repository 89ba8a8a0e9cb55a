<?php

declare(strict_types=1);

// For opcache.preload: compiles the classes, so that they may use FFI under ffi.enable=preload. It opens no connection and does not
// call FFI, which PHP forbids here if opcache.preload_user is set: ffi.preload loads the library.

require_once __DIR__ . '/src/Phpredis/polyfill.php';

// Not compiled: classes whose parents may be missing (psr/simple-cache, psr/log, Laravel, Predis, Symfony, the extensions session and redis). They use FFI only
// through the others, so they can be loaded later. The doctor is a separate program.
$files = new RecursiveIteratorIterator(new RecursiveDirectoryIterator(__DIR__ . '/src', FilesystemIterator::SKIP_DOTS));
foreach ($files as $file) {
    if ($file->getExtension() === 'php' && !preg_match('~^(Cache|Compat|Doctor|Laravel|Observer/LogObserver|Predis|SessionHandler|Symfony|Phpredis/polyfill)\b~', $files->getSubPathname())) {
        opcache_compile_file($file->getPathname());
    }
}

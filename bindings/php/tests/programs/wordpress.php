<?php

declare(strict_types=1);

// Starts the object cache with WordPress' own files and runs calls; prints the serialized results.
//   wordpress.php FOLDER_OF_WORDPRESS WP_CONTENT_DIR PART
// With an object-cache.php in WP_CONTENT_DIR, WordPress uses it; otherwise its own cache.

[, $wordpress, $content, $part] = $argv;
define('ABSPATH', "$wordpress/");
define('WPINC', 'wp-includes');
define('WP_CONTENT_DIR', $content);
define('WP_DEBUG', false);
define('REDISCLUSTER_AUTOLOAD', __DIR__ . '/../../autoload.php');
define('REDISCLUSTER_CONFIG', array_diff_key(json_decode(getenv('REDISCLUSTER_CONFIG'), true), ['hash_tag' => 0]));
// Deprecations of WordPress 6.1 with newer versions of PHP are not our subject.
error_reporting(E_ALL & ~E_DEPRECATED);
foreach (['version', 'load', 'plugin', 'functions', 'class-wp-error', 'formatting', 'l10n'] as $file) {
    require ABSPATH . WPINC . "/$file.php";
}
wp_start_object_cache();

$results = [];
$run = static function (string $function, mixed ...$arguments) use (&$results): void {
    $results[] = [$function, $arguments, $function(...$arguments)];
};
$object = (object) ['name' => 'value'];
if ($part === 'stored') {
    foreach (['int', 'string', 'false', 'null', 'array', 'object', 'number', 'none'] as $key) {
        $run('wp_cache_get', $key, 'group');
    }
    $run('get_transient', 'transient');
    $run('wp_cache_get_multiple', ['k1', 'k25', 'none'], 'many');
    $run('wp_cache_get', 'local', 'unstored');
} else {
    $values = ['int' => 5, 'string' => '5', 'false' => false, 'null' => null, 'array' => ['a' => [1.5]], 'object' => $object, 'number' => '7', 'empty' => ''];
    foreach ($values as $key => $value) {
        $run('wp_cache_add', $key, $value, 'group');
        $run('wp_cache_add', $key, 'other', 'group');
        $run('wp_cache_get', $key, 'group');
        $run('wp_cache_incr', $key === 'object' || $key === 'array' ? 'none' : $key, 2, 'group');
        $run('wp_cache_decr', $key === 'object' || $key === 'array' ? 'none' : $key, 1, 'group');
        $run('wp_cache_set', $key, $value, 'group', 100);
    }
    $run('wp_cache_decr', 'int', 100, 'group');
    $run('wp_cache_set', 'int', 5, 'group');
    $run('wp_cache_replace', 'int', 6, 'group');
    $run('wp_cache_replace', 'none', 6, 'group');
    $run('wp_cache_get', 'none', 'group');
    $run('wp_cache_set_multiple', array_combine(array_map(static fn (int $i): string => "k$i", range(1, 30)), range(1, 30)), 'many');
    $run('wp_cache_add_multiple', ['k1' => 'no', 'new' => 'yes'], 'many');
    $run('wp_cache_get_multiple', ['k1', 'new', 'none', 'k30'], 'many');
    $run('wp_cache_delete_multiple', ['k2', 'none'], 'many');
    $run('wp_cache_delete', 'k3', 'many');
    $run('wp_cache_delete', 'k3', 'many');
    $run('wp_cache_set', 'default', 1);
    $run('wp_cache_get', 'default', 'default');
    $run('wp_cache_set', 7, 'integer key');
    $run('wp_cache_get', '7');
    $run('wp_cache_get', 'a{b}c');
    $run('wp_cache_set', 'a{b}c', 'braces');
    $run('wp_cache_get', 'a{b}c', '', true);
    wp_cache_add_non_persistent_groups('unstored');
    $run('wp_cache_set', 'local', 'value', 'unstored');
    $run('wp_cache_incr', 'local', 3, 'unstored');
    $run('wp_cache_get', 'local', 'unstored', true);
    $run('wp_cache_set', 'gone', 1, 'flushed');
    $run('wp_cache_flush_group', 'flushed');
    $run('wp_cache_get', 'gone', 'flushed');
    $run('wp_cache_get', 'k1', 'many');
    $results[] = [wp_cache_get('false', 'group', false, $found), $found, wp_cache_get('none', 'group', false, $found), $found];
    wp_suspend_cache_addition(true);
    $run('wp_cache_add', 'suspended', 1);
    wp_suspend_cache_addition(false);
    if ($part === 'flush') {
        $run('wp_cache_flush');
        $run('wp_cache_get', 'k1', 'many');
    } elseif (wp_using_ext_object_cache()) {
        $results[] = set_transient('transient', ['a' => 1], 100);
    }
}
echo base64_encode(serialize([(bool) wp_using_ext_object_cache(), $results]));

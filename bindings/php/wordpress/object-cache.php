<?php

/**
 * Plugin Name: rediscluster object cache
 * Description: WordPress' object cache on several Redis servers.
 *
 * Copy or link this file to wp-content/object-cache.php. wp-config.php defines:
 *
 *   REDISCLUSTER_CONFIG    required: the configuration, ['nodes' => ['node_1' => 'redis://10.0.0.1:6379', ...]]
 *   REDISCLUSTER_AUTOLOAD  the file to require for the package's classes (vendor/autoload.php, or bindings/php/autoload.php), unless they are
 *                          loaded already
 *   WP_CACHE_KEY_SALT      a prefix for the keys of this site, if several sites share the servers; default `wp:`
 */

defined('ABSPATH') || exit;

if (defined('REDISCLUSTER_AUTOLOAD')) {
    require_once REDISCLUSTER_AUTOLOAD;
}

class WP_Object_Cache extends RedisCluster\WordPress\ObjectCache
{
}

function wp_cache_init()
{
    if (!defined('REDISCLUSTER_CONFIG')) {
        throw new RuntimeException('object-cache.php of rediscluster: define REDISCLUSTER_CONFIG in wp-config.php');
    }
    $client = new RedisCluster\Client(REDISCLUSTER_CONFIG + ['hash_tag' => 'keep', 'read' => 'master']);
    $prefix = defined('WP_CACHE_KEY_SALT') && WP_CACHE_KEY_SALT !== '' ? WP_CACHE_KEY_SALT : 'wp:';
    $GLOBALS['wp_object_cache'] = new WP_Object_Cache($client, $prefix, is_multisite(), get_current_blog_id());
}

/** A key is an integer or a string that is not blank, as in WordPress. */
function rediscluster_is_valid_cache_key($key, $function)
{
    if (is_int($key) || (is_string($key) && trim($key) !== '')) {
        return true;
    }
    $message = is_string($key)
        ? 'Cache key must not be an empty string.'
        : sprintf('Cache key must be integer or non-empty string, %s given.', gettype($key));
    _doing_it_wrong($function, $message, '6.1.0');
    return false;
}

function rediscluster_cache_group($group)
{
    return empty($group) ? 'default' : (string) $group;
}

function wp_cache_add($key, $data, $group = '', $expire = 0)
{
    global $wp_object_cache;
    return !wp_suspend_cache_addition() && rediscluster_is_valid_cache_key($key, __FUNCTION__)
        && $wp_object_cache->add($key, $data, rediscluster_cache_group($group), (int) $expire);
}

function wp_cache_add_multiple(array $data, $group = '', $expire = 0)
{
    global $wp_object_cache;
    return wp_suspend_cache_addition()
        ? array_fill_keys(array_keys($data), false)
        : $wp_object_cache->storeMany($data, rediscluster_cache_group($group), (int) $expire, 'NX');
}

function wp_cache_replace($key, $data, $group = '', $expire = 0)
{
    global $wp_object_cache;
    return rediscluster_is_valid_cache_key($key, __FUNCTION__)
        && $wp_object_cache->replace($key, $data, rediscluster_cache_group($group), (int) $expire);
}

function wp_cache_set($key, $data, $group = '', $expire = 0)
{
    global $wp_object_cache;
    return rediscluster_is_valid_cache_key($key, __FUNCTION__)
        && $wp_object_cache->set($key, $data, rediscluster_cache_group($group), (int) $expire);
}

function wp_cache_set_multiple(array $data, $group = '', $expire = 0)
{
    global $wp_object_cache;
    return $wp_object_cache->storeMany($data, rediscluster_cache_group($group), (int) $expire);
}

function wp_cache_get($key, $group = '', $force = false, &$found = null)
{
    global $wp_object_cache;
    $found = false;
    return rediscluster_is_valid_cache_key($key, __FUNCTION__)
        ? $wp_object_cache->get($key, rediscluster_cache_group($group), (bool) $force, $found)
        : false;
}

function wp_cache_get_multiple($keys, $group = '', $force = false)
{
    global $wp_object_cache;
    return $wp_object_cache->getMany(array_values($keys), rediscluster_cache_group($group), (bool) $force);
}

function wp_cache_delete($key, $group = '')
{
    global $wp_object_cache;
    return rediscluster_is_valid_cache_key($key, __FUNCTION__) && $wp_object_cache->delete($key, rediscluster_cache_group($group));
}

function wp_cache_delete_multiple(array $keys, $group = '')
{
    global $wp_object_cache;
    return $wp_object_cache->deleteMany(array_values($keys), rediscluster_cache_group($group));
}

function wp_cache_incr($key, $offset = 1, $group = '')
{
    global $wp_object_cache;
    return rediscluster_is_valid_cache_key($key, __FUNCTION__)
        ? $wp_object_cache->increment($key, (int) $offset, rediscluster_cache_group($group))
        : false;
}

function wp_cache_decr($key, $offset = 1, $group = '')
{
    return wp_cache_incr($key, -(int) $offset, $group);
}

function wp_cache_flush()
{
    return $GLOBALS['wp_object_cache']->flush();
}

function wp_cache_flush_runtime()
{
    return $GLOBALS['wp_object_cache']->flushRuntime();
}

function wp_cache_flush_group($group)
{
    return $GLOBALS['wp_object_cache']->flushGroup(rediscluster_cache_group($group));
}

function wp_cache_supports($feature)
{
    return in_array($feature, ['add_multiple', 'set_multiple', 'get_multiple', 'delete_multiple', 'flush_runtime', 'flush_group'], true);
}

function wp_cache_close()
{
    return true;
}

function wp_cache_add_global_groups($groups)
{
    $GLOBALS['wp_object_cache']->addGlobalGroups((array) $groups);
}

function wp_cache_add_non_persistent_groups($groups)
{
    $GLOBALS['wp_object_cache']->addLocalGroups((array) $groups);
}

function wp_cache_switch_to_blog($blog_id)
{
    $GLOBALS['wp_object_cache']->switchToBlog((int) $blog_id);
}

function wp_cache_reset()
{
    _deprecated_function(__FUNCTION__, '3.5.0', 'wp_cache_switch_to_blog()');
    wp_cache_flush_runtime();
}

<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\ConfigException;

/**
 * The TLS settings of phpredis (`tls://` before a host, and the SSL context options in `stream`) as those of the library.
 *
 * @internal
 */
final class StreamContext
{
    private const SCHEME = '~^(?:tls|ssl)://~i';

    private const NAMES = ['cafile' => 'ca', 'local_cert' => 'cert', 'local_pk' => 'key', 'peer_name' => 'server_name'];

    /**
     * @param array<string, mixed> $values a configuration or a node of it
     * @return array<string, mixed> with `tls` in place of `stream` and of the scheme
     */
    public static function withTls(#[\SensitiveParameter] array $values, string $path = ''): array
    {
        if (\is_string($host = $values['host'] ?? null) && \preg_match(self::SCHEME, $host) === 1) {
            $values = ['host' => \preg_replace(self::SCHEME, '', $host)] + $values + ['tls' => true];
        }
        if (\is_array($values['stream'] ?? null)) {
            $values['tls'] = self::settings($values['stream'], "{$path}stream");
            unset($values['stream']);
        }
        foreach ($path === '' && \is_array($values['nodes'] ?? null) ? $values['nodes'] : [] as $alias => $node) {
            $values['nodes'][$alias] = \is_array($node) ? self::withTls($node, "nodes.$alias.") : $node;
        }
        return $values;
    }

    /**
     * @param array<string, mixed> $options https://www.php.net/manual/context.ssl.php
     * @return array<string, mixed>
     */
    private static function settings(array $options, string $path): array
    {
        $tls = [];
        foreach ($options as $name => $value) {
            if (isset(self::NAMES[$name])) {
                $tls[self::NAMES[$name]] = $value;
            } elseif ($name === 'verify_peer') {
                $tls['insecure'] = !$value;
            } elseif (!($name === 'verify_peer_name' && ($value || !($options['verify_peer'] ?? true))) && !($name === 'allow_self_signed' && !$value)) {
                throw new ConfigException("$path.$name: this option has no equivalent; see `tls` in the documentation of TLS");
            }
        }
        // PHP finds the key in the file of the certificate if there is no other file.
        if (isset($tls['cert'])) {
            $tls += ['key' => $tls['cert']];
        }
        return ($tls['insecure'] ?? false) ? \array_diff_key($tls, ['ca' => 0, 'server_name' => 0]) : $tls;
    }
}

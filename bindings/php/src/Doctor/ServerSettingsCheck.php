<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

/**
 * Checks whether the PHP of a server allows the package to use FFI.
 *
 * @internal
 */
final class ServerSettingsCheck
{
    public const EXTENSION = "extension=ffi in php.ini; if it is not installed: `phpenmod ffi` on Debian and Ubuntu,\n"
        . "`dnf install php-ffi` on Fedora, `docker-php-ext-install ffi` in PHP's Docker images.";

    /** @param list<string> $users that the server's PHP runs as */
    public function __construct(
        private readonly Report $report,
        private readonly IniSettings $settings,
        private readonly array $users,
    ) {
    }

    public function check(): void
    {
        $extensions = $this->settings->extensions;
        if ($extensions !== null && !\in_array('ffi', $extensions, true)) {
            $this->report->missing('the extension ffi', self::EXTENSION);
            return;
        }
        if ($this->settings->isOn('ffi.enable')) {
            $this->report->ok('ffi.enable=1: every script may use FFI');
            $this->report->note('preloading is faster and safer: --print-ini prints the settings');
        } elseif (\strtolower($this->settings->get('ffi.enable')) === 'preload') {
            $this->checkPreloading($extensions);
        } else {
            $this->report->missing('ffi.enable=' . $this->settings->get('ffi.enable') . ' forbids FFI', self::howToPreload());
            return;
        }
        foreach ($this->users as $user) {
            $this->checkReadable($user, 'the user of the workers');
        }
    }

    /** @param ?list<string> $extensions */
    private function checkPreloading(?array $extensions): void
    {
        $header = $this->settings->get('ffi.preload');
        $script = $this->settings->get('opcache.preload');
        if ($header === '' && $script === '') {
            $this->report->missing('ffi.enable=preload, but nothing is preloaded: no script may use FFI', self::howToPreload());
            return;
        }
        $this->report->ok('ffi.enable=preload: preloaded scripts may use FFI');
        $this->checkHeader($header);
        if ($extensions !== null && !\in_array('zend opcache', $extensions, true)) {
            $this->report->missing('opcache, which preloads', 'zend_extension=opcache in php.ini (`phpenmod opcache` on Debian and Ubuntu).');
        } elseif (!$this->settings->isOn('opcache.enable')) {
            $this->report->missing('opcache.enable=' . $this->settings->get('opcache.enable') . ': nothing is preloaded', 'opcache.enable=1');
        } else {
            $this->checkScript($script);
        }
    }

    private function checkHeader(string $setting): void
    {
        foreach (\array_filter(\explode(\PATH_SEPARATOR, $setting)) as $file) {
            if (!\is_file($file)) {
                $this->report->missing("ffi.preload=$file: there is no such file", 'ffi.preload=' . Package::header());
                return;
            }
            if (Package::hasSameDeclarations($file)) {
                $this->report->ok("ffi.preload=$file, for the library " . Package::libraryOf($file));
                return;
            }
            if (\preg_match('/^\s*#define\s+FFI_SCOPE\s+"rediscluster"/m', (string) \file_get_contents($file))) {
                $advice = 'ffi.preload=' . Package::header() . ', or copy that file again and change the path of the library in it.';
                $this->report->missing("ffi.preload=$file is the header of another version", $advice);
                return;
            }
        }
        $this->report->missing("ffi.preload does not name the package's header", 'ffi.preload=' . Package::header());
    }

    private function checkScript(string $script): void
    {
        $ours = Package::preload();
        if ($script === '') {
            $this->report->missing('opcache.preload is not set', "opcache.preload=$ours");
        } elseif (!\is_file($script)) {
            $this->report->missing("opcache.preload=$script: there is no such file", "opcache.preload=$ours");
        } elseif (\realpath($script) === \realpath($ours)) {
            $this->report->ok("opcache.preload=$script");
        } elseif (\preg_match('~rediscluster.*preload\.php~i', (string) \file_get_contents($script))) {
            $this->report->ok("opcache.preload=$script, which seems to require the package's preload.php");
        } else {
            $this->report->missing("opcache.preload=$script does not preload the package", "In that file: require '$ours';");
        }
        $this->checkPreloadUser();
    }

    private function checkPreloadUser(): void
    {
        $user = $this->settings->get('opcache.preload_user');
        if ($user !== '') {
            $this->checkReadable($user, 'opcache.preload_user');
            if ($this->users !== [] && !\in_array($user, $this->users, true)) {
                $this->report->note("opcache.preload_user=$user, but the workers run as " . \implode(', ', $this->users));
            }
        } else {
            $this->report->note(
                'opcache.preload_user is not set: PHP-FPM does not start if root starts it',
                'opcache.preload_user=' . ($this->users[0] ?? 'www-data'),
            );
        }
    }

    private function checkReadable(string $user, string $role): void
    {
        $access = new FilePermissions($user);
        if (!$access->exists()) {
            $this->report->missing("$role is $user, an unknown user", 'Set the user that the workers run as.');
            return;
        }
        foreach ([Package::preload(), Package::folder() . '/src/Client.php'] as $file) {
            $obstacle = $access->obstacle($file);
            if ($obstacle !== null) {
                $this->report->missing(
                    "$role is $user, who may not read the package: no permission for $obstacle",
                    "Install the package where $user may read it, or run: chmod " . (\is_dir($obstacle) ? 'o+x' : 'o+r') . " $obstacle",
                );
                return;
            }
        }
        $this->report->ok("$role is $user, who may read the package");
    }

    private static function howToPreload(): string
    {
        return "`rediscluster-doctor --print-ini` prints the lines that php.ini needs. A slower and less safe alternative: ffi.enable=1";
    }
}

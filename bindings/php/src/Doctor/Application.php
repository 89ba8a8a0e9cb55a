<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

/**
 * The command rediscluster-doctor.
 *
 * @internal
 */
final class Application
{
    /**
     * @param list<string> $words the command line, without the command
     * @return int the exit status
     */
    public static function main(array $words): int
    {
        try {
            $options = new Options($words);
        } catch (\InvalidArgumentException $exception) {
            \fwrite(\STDERR, $exception->getMessage() . "\n");
            return 2;
        }
        if ($options->help) {
            echo Options::HELP;
            return 0;
        }
        if ($options->printIni) {
            echo PreloadingIni::lines($options);
            return 0;
        }
        return (new self($options))->check();
    }

    private readonly Report $report;

    private function __construct(private readonly Options $options)
    {
        $this->report = new Report();
    }

    private function check(): int
    {
        echo 'rediscluster-doctor: requirements of ', Package::folder(), "\n";
        (new CommandLinePhp($this->report))->check();
        $isFound = (new LibraryCheck($this->report))->check();
        $this->server();
        if ($this->options->config !== null) {
            $this->nodes($this->options->config, $isFound);
        }
        $missing = $this->report->missing;
        echo "\n", $missing === 0 ? 'Nothing is missing.' : "$missing missing.", "\n";
        return $missing === 0 ? 0 : 1;
    }

    private function nodes(string $config, bool $isFound): void
    {
        $this->report->heading('The nodes');
        if ($isFound) {
            (new NodeCheck($this->report))->check($config);
        } else {
            $this->report->note('not checked, because the library is missing');
        }
    }

    private function server(): void
    {
        $users = $this->options->user === null ? [] : [$this->options->user];
        $fpm = $this->options->fpm ? PhpFpm::find($this->options->program, $this->options->ini) : null;
        if ($this->options->ini !== null && !\is_readable($this->options->ini)) {
            $this->report->heading('The server');
            $this->report->missing($this->options->ini . ' cannot be read', 'Pass the php.ini of the server as --ini=FILE.');
        } elseif ($fpm !== null) {
            $this->fpm($fpm, $users);
        } elseif ($this->options->isFpmRequired) {
            $this->report->heading('PHP-FPM');
            $this->report->missing(
                'php-fpm: ' . ($this->options->program ?? 'not found'),
                'Pass its path as --fpm=PROGRAM, or install it; on Debian and Ubuntu: apt-get install php-fpm',
            );
        } elseif ($this->options->ini !== null) {
            $this->report->heading('The server that reads ' . $this->options->ini);
            (new ServerSettingsCheck($this->report, IniSettings::fromFiles([$this->options->ini]), $users))->check();
        }
    }

    /** @param list<string> $users */
    private function fpm(PhpFpm $fpm, array $users): void
    {
        $this->report->heading("PHP-FPM: $fpm->program");
        [$settings, $failure] = $fpm->settings();
        if ($settings->files === []) {
            $this->report->missing('it does not print its settings: ' . $failure, "Try `$fpm->program -i`.");
            return;
        }
        $this->report->note('php.ini: ' . $settings->files[0] . self::others(\count($settings->files) - 1));
        (new ServerSettingsCheck($this->report, $settings, $users ?: $fpm->users()))->check();
        if ($failure !== null) {
            $this->report->missing("PHP-FPM does not start with these settings:\n$failure", self::advice($failure));
        }
        $this->environment($settings);
    }

    /** PHP-FPM does not inherit the environment of a shell, and pages do not inherit that of PHP-FPM. */
    private function environment(IniSettings $settings): void
    {
        $library = (string) \getenv('REDISCLUSTER_LIBRARY');
        if ($library !== '' && $settings->isOn('ffi.enable')) {
            $this->report->note('REDISCLUSTER_LIBRARY is set here. Pages need a line in the configuration of the pool:', "env[REDISCLUSTER_LIBRARY] = $library");
        }
        if ((string) \getenv('LD_LIBRARY_PATH') !== '') {
            $this->report->note('LD_LIBRARY_PATH is set here, and was used for these checks; the service has its own environment');
        }
    }

    private static function others(int $count): string
    {
        return $count === 0 ? '' : " and $count more files";
    }

    private static function advice(string $failure): string
    {
        return match (true) {
            \str_contains($failure, 'FFI') => "Install the library where the system's loader finds it (`make install`, then `ldconfig`), or write its\n"
                . 'path to a copy of the header: see --print-ini.',
            \str_contains($failure, 'preload_user') => 'opcache.preload_user=www-data (the user that the workers run as)',
            default => 'Correct the settings in the message; --print-ini prints those of the package.',
        };
    }
}

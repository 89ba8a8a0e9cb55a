<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

/**
 * The command line.
 *
 * @internal
 */
final class Options
{
    public const HELP = <<<'TEXT'
        Checks the requirements of rediscluster on this machine, and says how to meet those that are missing.

          rediscluster-doctor [OPTION]...

          --config=FILE     also check the nodes of a configuration: a JSON file, a PHP file that returns the
                            array, or the JSON itself
          --fpm[=PROGRAM]   require PHP-FPM and check it. Without this option, it is checked if it is found
          --no-fpm          do not check PHP-FPM
          --ini=FILE        the php.ini of PHP-FPM or of another server, if it is not the default one
          --user=USER       the user that PHP runs as in the server, if PHP-FPM's pools do not have it
          --print-ini       only print the php.ini lines that preload this installation
          --help            print this

        Exit status: 0 nothing is missing, 1 something is missing, 2 an option is unknown.

        TEXT;

    public bool $help = false;
    public bool $printIni = false;
    public bool $fpm = true;
    /** Whether PHP-FPM must exist. */
    public bool $isFpmRequired = false;
    public ?string $program = null;
    public ?string $ini = null;
    public ?string $config = null;
    public ?string $user = null;

    /** @param list<string> $words */
    public function __construct(array $words)
    {
        foreach ($words as $word) {
            [$name, $value] = \explode('=', $word, 2) + [1 => null];
            match (true) {
                $name === '--help' && $value === null, $name === '-h' && $value === null => $this->help = true,
                $name === '--print-ini' && $value === null => $this->printIni = true,
                $name === '--no-fpm' && $value === null => $this->fpm = false,
                $name === '--fpm' => $this->requireFpm($value),
                $name === '--ini' && (string) $value !== '' => $this->ini = $value,
                $name === '--config' && (string) $value !== '' => $this->config = $value,
                $name === '--user' && (string) $value !== '' => $this->user = $value,
                default => throw new \InvalidArgumentException("Unknown option or missing value: $word; see --help"),
            };
        }
    }

    private function requireFpm(?string $program): bool
    {
        $this->program = $program;
        return $this->fpm = $this->isFpmRequired = true;
    }
}

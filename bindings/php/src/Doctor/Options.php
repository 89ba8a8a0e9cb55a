<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

/**
 * The words of the command line.
 *
 * @internal
 */
final class Options
{
    public const HELP = <<<'TEXT'
        Says what rediscluster needs on this machine, what of it is missing, and how to set it.

          rediscluster-doctor [OPTION]...

          --config=FILE     also ask the nodes of a configuration: a JSON file, a PHP file that returns the
                            array, or the JSON itself
          --fpm[=PROGRAM]   look at PHP-FPM, at this program; it has to be there. Without this option it is
                            looked at where it is found
          --no-fpm          do not look at PHP-FPM
          --ini=FILE        the php.ini of PHP-FPM or of another server, where it is not the usual one
          --user=USER       the user PHP runs as in the server, where PHP-FPM's pools do not tell
          --print-ini       print the php.ini lines that preload this installation, and nothing else
          --help            print this

        Exit status: 0 nothing is missing, 1 something is, 2 an option is not known.

        TEXT;

    public bool $help = false;
    public bool $printIni = false;
    public bool $fpm = true;
    /** Whether it was asked for by name. */
    public bool $fpmWanted = false;
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
                $name === '--fpm' => $this->wantFpm($value),
                $name === '--ini' && (string) $value !== '' => $this->ini = $value,
                $name === '--config' && (string) $value !== '' => $this->config = $value,
                $name === '--user' && (string) $value !== '' => $this->user = $value,
                default => throw new \InvalidArgumentException("There is no option $word, or it lacks its value; see --help"),
            };
        }
    }

    private function wantFpm(?string $program): bool
    {
        $this->program = $program;
        return $this->fpm = $this->fpmWanted = true;
    }
}

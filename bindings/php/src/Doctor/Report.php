<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

/**
 * What was found, printed as it is found.
 *
 * @internal
 */
final class Report
{
    public int $missing = 0;

    public function heading(string $text): void
    {
        echo "\n$text\n";
    }

    public function ok(string $what): void
    {
        $this->add(FindingKind::Ok, $what);
    }

    public function note(string $what, string $advice = ''): void
    {
        $this->add(FindingKind::Note, $what, $advice);
    }

    /** @param string $advice how to set it */
    public function missing(string $what, string $advice): void
    {
        $this->missing++;
        $this->add(FindingKind::Missing, $what, $advice);
    }

    private function add(FindingKind $state, string $what, string $advice = ''): void
    {
        \printf("  %-9s%s\n", $state->value, self::indented($what));
        if ($advice !== '') {
            \printf("%11s%s\n", '', self::indented($advice));
        }
    }

    private static function indented(string $text): string
    {
        return \str_replace("\n", "\n" . \str_repeat(' ', 11), \rtrim($text));
    }
}

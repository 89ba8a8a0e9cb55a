<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

/**
 * Prints findings, and counts what is missing.
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

    public function ok(string $finding): void
    {
        $this->add(FindingKind::Ok, $finding);
    }

    public function note(string $finding, string $advice = ''): void
    {
        $this->add(FindingKind::Note, $finding, $advice);
    }

    /** @param string $advice what to install or to set */
    public function missing(string $finding, string $advice): void
    {
        $this->missing++;
        $this->add(FindingKind::Missing, $finding, $advice);
    }

    private function add(FindingKind $kind, string $finding, string $advice = ''): void
    {
        \printf("  %-9s%s\n", $kind->value, self::indent($finding));
        if ($advice !== '') {
            \printf("%11s%s\n", '', self::indent($advice));
        }
    }

    private static function indent(string $text): string
    {
        return \str_replace("\n", "\n" . \str_repeat(' ', 11), \rtrim($text));
    }
}

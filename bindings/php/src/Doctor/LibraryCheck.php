<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

use RedisCluster\Library;
use RedisCluster\LibraryException;

/**
 * Checks the shared library that the PHP of the command line loads.
 *
 * @internal
 */
final class LibraryCheck
{
    public function __construct(private readonly Report $report)
    {
    }

    public function check(): bool
    {
        $this->report->heading('The library');
        $this->header();
        try {
            $version = Library::get()->ffi->rediscluster_version();
        } catch (LibraryException $exception) {
            [$problem, $advice] = \explode("\n", $exception->getMessage(), 2) + [1 => ''];
            $this->report->missing($problem, $advice);
            return false;
        }
        $this->report->ok("found: version $version, ABI " . Library::ABI . self::source());
        $this->compareVersions($version);
        return true;
    }

    /** The package has two ABI numbers: the header's is generated, the classes' is written by hand. */
    private function header(): void
    {
        $soname = Package::libraryOf(Package::header());
        if ($soname === Package::SONAME) {
            $this->report->ok('the package and its header are for ABI ' . Library::ABI . ': ' . Package::folder());
        } else {
            $this->report->missing(
                'the header is not of this package: ' . Package::header() . ' is for ' . ($soname ?? 'no library') . ', the classes for ' . Package::SONAME,
                'Install the package again.',
            );
        }
    }

    private static function source(): string
    {
        $file = (string) \getenv('REDISCLUSTER_LIBRARY');
        return $file === '' ? '' : ", $file, from the environment variable REDISCLUSTER_LIBRARY";
    }

    private function compareVersions(string $version): void
    {
        $package = 'rediscluster/rediscluster';
        if (!\class_exists(\Composer\InstalledVersions::class) || !\Composer\InstalledVersions::isInstalled($package)) {
            return;
        }
        $installed = \ltrim((string) \Composer\InstalledVersions::getPrettyVersion($package), 'v');
        if (\preg_match('/^\d+\.\d+\.\d+/', $installed) && $installed !== $version) {
            $this->report->note("Composer has installed version $installed of the package. The ABI matches, but a library of the same version is better");
        }
    }
}

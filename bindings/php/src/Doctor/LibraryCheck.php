<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

use RedisCluster\Library;
use RedisCluster\LibraryException;

/**
 * The shared library, as the command line's PHP finds it.
 *
 * @internal
 */
final class LibraryCheck
{
    public function __construct(private readonly Report $report)
    {
    }

    public function examine(): bool
    {
        $this->report->heading('The library');
        $this->header();
        try {
            $version = Library::get()->ffi->rediscluster_version();
        } catch (LibraryException $exception) {
            [$what, $advice] = \explode("\n", $exception->getMessage(), 2) + [1 => ''];
            $this->report->missing($what, $advice);
            return false;
        }
        $this->report->ok("found: version $version, ABI " . Library::ABI . self::where());
        $this->version($version);
        return true;
    }

    /** The header is generated with the library, the ABI of the classes is written by hand. */
    private function header(): void
    {
        $named = Package::libraryOf(Package::header());
        if ($named === Package::SONAME) {
            $this->report->ok('the package, and its header, for ABI ' . Library::ABI . ': ' . Package::folder());
        } else {
            $this->report->missing(
                'the header is not of this package: ' . Package::header() . ' is for ' . ($named ?? 'no library') . ', the classes for ' . Package::SONAME,
                'Install the package again.',
            );
        }
    }

    private static function where(): string
    {
        $named = (string) \getenv('REDISCLUSTER_LIBRARY');
        return $named === '' ? '' : ", $named, which the environment variable REDISCLUSTER_LIBRARY names";
    }

    private function version(string $version): void
    {
        $package = 'rediscluster/rediscluster';
        if (!\class_exists(\Composer\InstalledVersions::class) || !\Composer\InstalledVersions::isInstalled($package)) {
            return;
        }
        $installed = \ltrim((string) \Composer\InstalledVersions::getPrettyVersion($package), 'v');
        if (\preg_match('/^\d+\.\d+\.\d+/', $installed) && $installed !== $version) {
            $this->report->note("Composer has installed version $installed of the package: the ABI fits, a library of the same version is better");
        }
    }
}

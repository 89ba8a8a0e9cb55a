<?php
declare(strict_types=1);

// Pages of twenty commands with PHP-FPM, four workers, opcache and preloading: our class compared with phpredis and a connection per node.
// Both keep connections between pages.

require __DIR__ . '/harness.php';

use RedisCluster\Tests\Support;

foreach (['Php', 'ServerProcess', 'FastCgiClient', 'PhpFpm', 'InstalledPackage', 'TestLibraries', 'Readme'] as $class) {
    require __DIR__ . "/../../bindings/php/tests/Support/$class.php";
}

const PAGES = 100;

$package = new Support\InstalledPackage();
$libraries = new Support\TestLibraries();
$fpm = new Support\PhpFpm(
    __DIR__ . '/fpm_page.php',
    Support\Readme::preloadSettings($package->folder, posix_geteuid() === 0 ? 'nobody' : null),
    ['pm.max_requests' => '0'],
    ['LD_LIBRARY_PATH' => $libraries->folderOfTestedLibrary()],
);

/** Requests PAGES pages with the given concurrency; returns their output by page number. */
$pages = static function (string $side, int $concurrency) use ($fpm, $package): array {
    $parameters = ['SIDE' => $side, 'PACKAGE' => $package->folder, 'CONFIG' => getenv('REDISCLUSTER_CONFIG'), 'PORTS' => getenv('REDISCLUSTER_PORTS')];
    $outputs = [];
    $requests = array_map(static fn (int $number): array => $parameters + ['NUMBER' => (string) $number], range(1, PAGES));
    $fpm->client->each($requests, $concurrency, static function (array $request, string $body) use (&$outputs): void {
        $outputs[$request['NUMBER']] = is_array(json_decode($body, true)) ? $body : exit("bench: unexpected response: $body\n");
    });
    ksort($outputs);
    return $outputs;
};
foreach ([1 => 'one at a time', 4 => 'four at a time'] as $concurrency => $description) {
    compare(
        "PHP-FPM: page of 20 commands, $description",
        '-',
        1,
        static fn (): array => $pages('ours', $concurrency),
        static fn (): array => $pages('peer', $concurrency),
        PAGES,
    );
}

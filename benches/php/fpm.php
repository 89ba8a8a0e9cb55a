<?php
declare(strict_types=1);

// Pages of twenty commands under PHP-FPM with four workers, opcache and preloading: ours beside phpredis by hand. Connections last from
// page to page on both sides.

require __DIR__ . '/harness.php';

use RedisCluster\Tests\Support;

foreach (['Php', 'Daemon', 'FastCgi', 'Fpm', 'InstalledPackage', 'Libraries', 'Readme'] as $class) {
    require __DIR__ . "/../../bindings/php/tests/Support/$class.php";
}

const PAGES = 100;

$package = new Support\InstalledPackage();
$libraries = new Support\Libraries();
$fpm = new Support\Fpm(
    __DIR__ . '/fpm_page.php',
    Support\Readme::preloading($package->folder, posix_geteuid() === 0 ? 'nobody' : null),
    ['pm.max_requests' => '0'],
    ['LD_LIBRARY_PATH' => $libraries->folderOfReal()],
);

/** Some pages, so many at the same time: what they print. */
$pages = static function (string $side, int $atTheSameTime) use ($fpm, $package): array {
    $given = ['SIDE' => $side, 'PACKAGE' => $package->folder, 'CONFIG' => getenv('REDISCLUSTER_CONFIG'), 'PORTS' => getenv('REDISCLUSTER_PORTS')];
    $printed = [];
    $requests = array_map(static fn (int $number): array => $given + ['NUMBER' => (string) $number], range(1, PAGES));
    $fpm->pages->each($requests, $atTheSameTime, static function (array $request, string $body) use (&$printed): void {
        $printed[$request['NUMBER']] = is_array(json_decode($body, true)) ? $body : exit("bench: not a page: $body\n");
    });
    ksort($printed);
    return $printed;
};
foreach ([1 => 'one at a time', 4 => 'four at a time'] as $atTheSameTime => $words) {
    compare(
        "PHP-FPM: page of 20 commands, $words",
        '-',
        1,
        static fn (): array => $pages('ours', $atTheSameTime),
        static fn (): array => $pages('peer', $atTheSameTime),
        PAGES,
    );
}

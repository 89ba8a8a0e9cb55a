<?php

declare(strict_types=1);

namespace RedisCluster\Tests;

use RedisCluster\Client;
use RedisCluster\Tests\Support\ClusterTestCase;
use RedisCluster\Tests\Support\InstalledPackage;
use RedisCluster\Tests\Support\Php;
use RedisCluster\Tests\Support\PhpFpm;
use RedisCluster\Tests\Support\Readme;
use RedisCluster\Tests\Support\TestLibraries;

/** The output of rediscluster-doctor with correct and with wrong installations. */
final class DoctorTest extends ClusterTestCase
{
    private InstalledPackage $package;
    private TestLibraries $libraries;

    protected function setUp(): void
    {
        parent::setUp();
        $this->package = new InstalledPackage();
        $this->libraries = new TestLibraries();
    }

    public function testNothingIsMissingWithCorrectSettings(): void
    {
        $output = $this->runDoctor(0, $this->server($this->preloading()));

        self::assertStringContainsString('Nothing is missing.', $output);
        self::assertStringNotContainsString('  missing', $output);
        foreach (['64 bits', 'the extension ffi', 'found: version', 'ffi.enable=preload', 'ffi.preload=', 'opcache.preload=', 'the user of the workers is nobody'] as $check) {
            self::assertMatchesRegularExpression('/^  ok .*' . preg_quote($check) . '/m', $output);
        }
    }

    public function testFfiEnabledForAllScriptsIsAccepted(): void
    {
        self::assertMatchesRegularExpression('/^  ok +ffi.enable=1/m', $this->runDoctor(0, $this->server(['ffi.enable' => '1'])));
    }

    public function testFpmIsNotCheckedWithNoFpm(): void
    {
        self::assertStringNotContainsString('PHP-FPM', $this->runDoctor(0, ['--no-fpm']));
    }

    public function testAMissingFfiExtensionIsReported(): void
    {
        $output = $this->runDoctor(1, ['--no-fpm'], ['-n']);

        self::assertMatchesRegularExpression('/^  missing  the extension ffi\n +extension=ffi in php.ini/m', $output);
    }

    public function testFfiDisabledOnTheCommandLineIsReported(): void
    {
        self::assertMatchesRegularExpression('/^  missing  ffi.enable=0: FFI is disabled/m', $this->runDoctor(1, ['--no-fpm'], ['-d', 'ffi.enable=0']));
    }

    public function testTheBuiltInWebServerIsSaidToNeedASetting(): void
    {
        $output = $this->runDoctor(0, ['--no-fpm'], ['-d', 'ffi.enable=preload']);
        self::assertMatchesRegularExpression('/^  note .*built-in web server.*\n +Start it as: php -d ffi.enable=1 -S/m', $output);
    }

    public function testAMissingLibraryIsReported(): void
    {
        $output = $this->runDoctor(1, ['--no-fpm'], environment: ['REDISCLUSTER_LIBRARY' => null, 'LD_LIBRARY_PATH' => null]);

        self::assertMatchesRegularExpression('/^  missing  librediscluster.so.1 cannot be loaded.*\n.*Install it \(`make install`/ms', $output);
    }

    public function testALibraryWithAnotherAbiIsReported(): void
    {
        $file = $this->libraries->compile('abi', <<<'C'
            const char *rediscluster_version(void) { return "9.8.7"; }
            unsigned rediscluster_abi_version(void) { return 2; }
            C);
        $output = $this->runDoctor(1, ['--no-fpm'], environment: ['REDISCLUSTER_LIBRARY' => $file]);

        self::assertMatchesRegularExpression('/^  missing  .*version 9.8.7\) has ABI 2, this package needs ABI 1/m', $output);
    }

    public function testAHeaderForAnotherLibraryIsReported(): void
    {
        $this->replace('include/rediscluster_ffi.h', 'librediscluster.so.1', 'librediscluster.so.7');

        self::assertMatchesRegularExpression('/^  missing  the header is not of this package: .* is for librediscluster.so.7/m', $this->runDoctor(1, ['--no-fpm']));
    }

    /**
     * @dataProvider serverSettings
     * @param array<string, string> $changes
     */
    public function testWrongServerSettingsAreReported(array $changes, string $expected): void
    {
        copy("{$this->package->folder}/include/rediscluster_ffi.h", "{$this->package->folder}/old.h");
        $this->replace('old.h', 'rediscluster_partition', 'rediscluster_part');
        file_put_contents("{$this->package->folder}/other.php", '<?php');
        $changes = str_replace('PACKAGE', $this->package->folder, $changes);

        $output = $this->runDoctor(1, $this->file($changes + $this->preloading()));

        self::assertMatchesRegularExpression("~^  missing  $expected~m", $output);
    }

    public static function serverSettings(): iterable
    {
        yield 'FFI is disabled' => [['ffi.enable' => '0'], 'ffi.enable=0 forbids FFI'];
        yield 'no preload settings' => [['ffi.preload' => '', 'opcache.preload' => ''], 'ffi.enable=preload, but nothing is preloaded'];
        yield 'no header' => [['ffi.preload' => ''], "ffi.preload does not name the package's header\n +ffi.preload=/.*/include/rediscluster_ffi.h"];
        yield 'a missing header' => [['ffi.preload' => '/nowhere.h'], 'ffi.preload=/nowhere.h: there is no such file'];
        yield 'the header of another version' => [['ffi.preload' => 'PACKAGE/old.h'], 'ffi.preload=.*/old.h is the header of another version'];
        yield 'no opcache' => [['opcache.enable' => '0'], 'opcache.enable=0: nothing is preloaded'];
        yield 'no preload script' => [['opcache.preload' => ''], "opcache.preload is not set\n +opcache.preload=/.*/preload.php"];
        yield 'a missing preload script' => [['opcache.preload' => '/nowhere.php'], 'opcache.preload=/nowhere.php: there is no such file'];
        yield 'another preload script' => [['opcache.preload' => 'PACKAGE/other.php'], "opcache.preload=.*other.php does not preload the package\n +In that file: require"];
        yield 'an unknown user' => [['opcache.preload_user' => 'nemo'], 'opcache.preload_user is nemo, an unknown user'];
    }

    public function testAPreloadScriptMayRequireThatOfThePackage(): void
    {
        $script = "{$this->package->folder}/site.php";
        file_put_contents($script, "<?php require '{$this->package->folder}/preload.php';");

        self::assertMatchesRegularExpression("~^  ok +opcache.preload=$script~m", $this->runDoctor(0, $this->file(['opcache.preload' => $script] + $this->preloading())));
    }

    public function testACopyOfTheHeaderMayNameAnotherLibraryFile(): void
    {
        $copy = "{$this->package->folder}/copy.h";
        copy("{$this->package->folder}/include/rediscluster_ffi.h", $copy);
        $this->replace('copy.h', '"librediscluster.so.1"', '"/opt/librediscluster.so"');
        $output = $this->runDoctor(0, $this->file(['ffi.preload' => $copy] + $this->preloading()));

        self::assertMatchesRegularExpression("~^  ok +ffi.preload=$copy, for the library /opt/librediscluster.so~m", $output);
    }

    public function testAPackageThatThePreloadUserCannotReadIsReported(): void
    {
        $folder = $this->package->folder;
        chmod($folder, 0700);
        $output = $this->runDoctor(1, $this->file(['opcache.preload_user' => 'daemon'] + $this->preloading()));

        self::assertStringContainsString("opcache.preload_user is daemon, who may not read the package: no permission for $folder", $output);
        self::assertStringContainsString("chmod o+x $folder", $output);
    }

    public function testAnFpmThatDoesNotStartIsReported(): void
    {
        $options = $this->server($this->preloading());
        $output = $this->runDoctor(1, $options, environment: ['LD_LIBRARY_PATH' => null]);

        self::assertMatchesRegularExpression("/^  missing  PHP-FPM does not start with these settings:\n.*librediscluster.so.1/m", $output);
        self::assertStringContainsString('the user of the workers is nobody, who may read the package', $output, 'the other checks run too');
    }

    public function testAMissingFpmIsReported(): void
    {
        self::assertMatchesRegularExpression('/^  missing  php-fpm: no-such-fpm/m', $this->runDoctor(1, ['--fpm=no-such-fpm']));
    }

    public function testNodesThatReplyAreListed(): void
    {
        $json = json_encode(self::config());
        $file = "{$this->package->folder}/config";
        file_put_contents("$file.json", $json);
        file_put_contents("$file.php", '<?php return ' . var_export(self::config(), true) . ';');

        foreach ([$json, "$file.json", "$file.php"] as $config) {
            $output = $this->runDoctor(0, ['--no-fpm', "--config=$config"]);
            self::assertMatchesRegularExpression('/^  ok +node_3 replies, and is a master$/m', $output);
        }
    }

    /**
     * @dataProvider storedKeys
     * @param list<string> $keys
     */
    public function testTheHashTagThatFitsTheStoredKeysIsReported(string $mode, array $keys, string $other, bool $isWrong): void
    {
        $client = new Client(['hash_tag' => $mode] + self::config());
        foreach ($keys as $key) {
            $client->command('SET', $key, 'value');
        }
        $doctor = fn (array $config, int $status): string => $this->runDoctor($status, ['--no-fpm', '--config=' . json_encode($config + self::config())]);
        self::assertMatchesRegularExpression("/^  ok +hash_tag: .* `$mode` fits\$/m", $doctor(['hash_tag' => $mode], 0));
        $expected = $isWrong ? "/^  missing +hash_tag: .* `$mode` fits, but the configuration has `$other`\n +'hash_tag' => '$mode'/m" : '/^  ok +hash_tag: /m';
        self::assertMatchesRegularExpression($expected, $doctor(['hash_tag' => $other], $isWrong ? 1 : 0));
    }

    /** @return iterable<string, array{string, list<string>, string, bool}> the mode, keys, another mode, and whether that is wrong */
    public static function storedKeys(): iterable
    {
        $keys = static fn (string $format): array => array_map(static fn (int $number): string => sprintf($format, $number), range(1, 60));
        yield 'without tags' => ['keep', $keys('key%d'), 'strip', false];
        yield 'tags that are kept' => ['keep', $keys('queues:{name%d}:jobs'), 'off', true];
        yield 'tags that are removed' => ['strip', $keys('cart:%1$d{user:%1$d}'), 'keep', true];
        yield 'braces that are no tags' => ['off', $keys('{"id":%d}'), 'keep', true];
    }

    public function testANodeThatIsDownIsReported(): void
    {
        $output = $this->runDoctor(1, ['--no-fpm', '--config=' . json_encode(self::configWithDeadNode('node_2'))]);

        self::assertMatchesRegularExpression('/^  ok +node_1 replies/m', $output);
        self::assertMatchesRegularExpression("/^  missing  node_2 .*127\.0\.0\.1.*\n +Start the server/m", $output);
        self::assertMatchesRegularExpression('/^  ok +node_3 replies/m', $output);
    }

    public function testAReplicaConfiguredAsMasterIsReported(): void
    {
        $replica = new \RedisCluster\Client(['nodes' => ['node_1' => self::config()['nodes']['node_3']]], shared: false);
        $replica->command('REPLICAOF', '127.0.0.1', self::config()['nodes']['node_1']['port']);
        try {
            $output = $this->runDoctor(1, ['--no-fpm', '--config=' . json_encode(self::config())]);
        } finally {
            $replica->command('REPLICAOF', 'NO', 'ONE');
        }
        self::assertMatchesRegularExpression('/^  missing  node_3.*(replica|slave)/m', $output);
    }

    public function testAnInvalidConfigurationIsReported(): void
    {
        self::assertMatchesRegularExpression('~^  missing  the configuration: there is no file /nowhere~m', $this->runDoctor(1, ['--no-fpm', '--config=/nowhere']));
        $config = json_encode(self::config(3, ['colour' => 'red']));
        self::assertMatchesRegularExpression('/^  missing  the configuration: .*colour/m', $this->runDoctor(1, ['--no-fpm', "--config=$config"]));
    }

    public function testPrintIniPrintsTheSettingsOfTheReadme(): void
    {
        $output = $this->runDoctor(0, ['--print-ini', '--user=nobody']);

        self::assertEquals($this->preloading() + ['opcache.enable' => '1'], parse_ini_string($output, scanner_mode: INI_SCANNER_RAW));
        self::assertStringNotContainsString("The system's loader does not find", $output);
    }

    public function testPrintIniExplainsWhatToDoIfTheLoaderDoesNotFindTheLibrary(): void
    {
        $output = $this->runDoctor(0, ['--print-ini', '--user=nobody'], environment: ['LD_LIBRARY_PATH' => null]);

        self::assertMatchesRegularExpression("/^; The system's loader does not find .*^;   (sed .*) >/ms", $output);
        preg_match('/^;   (sed .*) >/m', $output, $match);
        [, $header] = Php::command(['sh', '-c', $match[1]]);
        self::assertStringContainsString('#define FFI_LIB "' . getenv('REDISCLUSTER_LIBRARY') . '"', $header);
    }

    public function testUnknownAndIncompleteOptionsAreRejected(): void
    {
        self::assertStringContainsString('--colour', $this->runDoctor(2, ['--colour']));
        self::assertStringContainsString('--config', $this->runDoctor(2, ['--config']));
    }

    public function testHelpListsEveryOption(): void
    {
        $help = $this->runDoctor(0, ['--help']);
        foreach (['--config=FILE', '--fpm[=PROGRAM]', '--no-fpm', '--ini=FILE', '--user=USER', '--print-ini'] as $option) {
            self::assertStringContainsString("  $option ", $help);
        }
    }

    /**
     * @param list<string> $arguments
     * @param list<string> $options of PHP
     * @param array<string, ?string> $environment
     */
    private function runDoctor(int $status, array $arguments, array $options = [], array $environment = []): string
    {
        $environment += ['LD_LIBRARY_PATH' => $this->libraries->folderOfTestedLibrary()];
        [$actual, $output] = Php::run("{$this->package->folder}/bin/rediscluster-doctor", $arguments, $options, $environment);
        self::assertSame($status, $actual, $output);
        return $output;
    }

    /** @return array<string, string> */
    private function preloading(): array
    {
        return Readme::preloadSettings($this->package->folder, 'nobody');
    }

    /**
     * Options to check PHP-FPM with these php.ini settings.
     *
     * @param array<string, string> $settings
     * @return list<string>
     */
    private function server(array $settings): array
    {
        if (posix_geteuid() !== 0) {
            unset($settings['opcache.preload_user']);
        }
        return ['--fpm=' . PhpFpm::program(), '--user=nobody', ...array_slice($this->file($settings), 1)];
    }

    /**
     * Options to check php.ini settings without starting PHP-FPM.
     *
     * @param array<string, string> $settings
     * @return list<string>
     */
    private function file(array $settings): array
    {
        $file = "{$this->package->folder}/php.ini";
        file_put_contents($file, implode("\n", array_map(static fn ($name, $value) => "$name=$value", array_keys($settings), $settings)));
        return ['--no-fpm', "--ini=$file"];
    }

    private function replace(string $file, string $from, string $to): void
    {
        $file = "{$this->package->folder}/$file";
        file_put_contents($file, str_replace($from, $to, file_get_contents($file)));
    }
}

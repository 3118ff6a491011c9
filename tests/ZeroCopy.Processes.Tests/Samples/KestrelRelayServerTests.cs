using System.Globalization;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>The relay in an ASP.NET Core host, between real clients and real servers.</summary>
public sealed class KestrelRelayServerTests : KestrelRelayTest
{
    [SkippableFact]
    public void Redis_Benchmark_AllRequestsAnswered()
    {
        Shell.SkipWithout("redis-benchmark");
        int port = SocketPair.FreePort();
        Own(Servers.Redis(port, NewPath()));
        Daemon host = StartHost(To(port));

        Finished run = Shell.Line($"redis-benchmark -h 127.0.0.1 -p {PortOf(host)} -c 50 -t set,get -P 16 -n 100000 -d 1000 --csv");

        run.ExitCode.Should().Be(0, "{0}", run.Error);
        run.Text.Split('\n').Where(line => line.StartsWith('"')).Should().HaveCount(3, "a line for the names, and one for each kind:\n{0}", run.Text);
        host.WaitForLines("completed", 2 * 50);
        host.Lines.Should().NotContain(line => line.Contains("failed", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Nginx_LargeFileBothWays_TheSameBytes()
    {
        int port = SocketPair.FreePort();
        Own(Servers.Nginx(port, Folder));
        Daemon host = StartHost(To(port));
        Content content = new(Shell.IsContinuousIntegration ? 1L << 30 : 64 << 20, seed: 7);
        using (FileStream file = File.Create(PathOf("large")))
        {
            content.WriteTo(file);
        }

        Curl($"-T {PathOf("large")} http://127.0.0.1:{PortOf(host)}/uploaded");
        File.Delete(PathOf("large"));
        Curl($"-o {PathOf("downloaded")} http://127.0.0.1:{PortOf(host)}/uploaded");

        using FileStream downloaded = File.OpenRead(PathOf("downloaded"));
        Digest.OfRest(downloaded, seed: 1).Should().Be(content.Digest);
    }

    private static void Curl(string arguments)
    {
        Finished run = Shell.Line($"curl -sS --fail {arguments}");
        run.ExitCode.Should().Be(0, "{0}", run.Error);
    }

    private static string To(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
}

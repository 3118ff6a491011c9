using System.Text.Json;

namespace ZeroCopy.Samples.Tests.Support;

/// <summary>A test of the relay in an ASP.NET Core host, as a process of its own.</summary>
public abstract class KestrelRelayTest : TcpRelayTest
{
    private const string SaysOfHttp = "Now listening on: http://";

    /// <summary>Starts the sample with its relay between a port that the kernel chooses and that address, and waits until it listens.</summary>
    protected Daemon StartHost(string to, params string[] settings)
    {
        Daemon host = Own(NotYetStarted(["--Relay:Redis:Listen", AnyPort, "--Relay:Redis:To", to, .. settings]));
        host.WaitForLine("Redis is listening on ");
        return host;
    }

    protected static Daemon NotYetStarted(params string[] settings) =>
        new("dotnet", [Repository.Built("KestrelRelay", "KestrelRelay.dll"), "--Kestrel:Endpoints:Http:Url", $"http://{AnyPort}", .. settings]);

    /// <summary>What its HTTP end point answers.</summary>
    protected static string Get(Daemon host, string path)
    {
        Shell.SkipWithout("curl");
        string line = host.Lines.Single(line => line.Contains(SaysOfHttp, StringComparison.Ordinal) && !line.EndsWith(" (relay)", StringComparison.Ordinal));
        string address = line[line.IndexOf("http://", StringComparison.Ordinal)..];
        Finished answer = Shell.Line($"curl -sS --fail {address}{path}");
        answer.ExitCode.Should().Be(0, "{0}", answer.Error);
        return answer.Text;
    }

    protected static JsonElement[] GetConnections(Daemon host)
    {
        using JsonDocument document = JsonDocument.Parse(Get(host, "/connections"));
        return [.. document.RootElement.EnumerateArray().Select(connection => connection.Clone())];
    }
}

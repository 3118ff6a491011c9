using System.Text.Json;

namespace ZeroCopy.Processes.Tests.Support;

/// <summary>A test of the relay in an ASP.NET Core host, as a process of its own.</summary>
public abstract class KestrelRelayTest : TcpRelayTest
{
    private const string SaysOfHttp = "Now listening on: ";

    /// <summary>Starts the sample with its relay between a port that the kernel chooses and that address, and waits until it listens.</summary>
    protected Daemon StartHost(string to, params string[] settings)
    {
        Daemon host = Own(NotYetStarted(["--Relay:Redis:Listen", AnyPort, "--Relay:Redis:To", to, .. settings]));
        host.WaitForLine("Redis is listening on ");
        return host;
    }

    protected static Daemon NotYetStarted(params string[] settings) =>
        new("dotnet", [Repository.Built("KestrelRelay", "KestrelRelay.dll"), "--Kestrel:Endpoints:Http:Url", $"http://{AnyPort}", .. settings]);

    /// <summary>Where it serves HTTP, and nothing else.</summary>
    protected static string UrlOf(Daemon host)
    {
        string line = host.Lines.Should().ContainSingle(line => line.Contains(SaysOfHttp, StringComparison.Ordinal)).Subject;
        return line[(line.IndexOf(SaysOfHttp, StringComparison.Ordinal) + SaysOfHttp.Length)..];
    }

    /// <summary>What it answers.</summary>
    protected static string Get(Daemon host, string path)
    {
        Shell.SkipWithout("curl");
        Finished answer = Shell.Line($"curl -sS --fail {UrlOf(host)}{path}");
        answer.ExitCode.Should().Be(0, "{0}", answer.Error);
        return answer.Text;
    }

    protected static JsonElement[] GetConnections(Daemon host)
    {
        using JsonDocument document = JsonDocument.Parse(Get(host, "/connections"));
        return [.. document.RootElement.EnumerateArray().Select(connection => connection.Clone())];
    }
}

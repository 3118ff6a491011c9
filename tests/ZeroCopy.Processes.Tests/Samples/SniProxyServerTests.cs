namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>The TLS proxy sample between real clients and two real servers, each with a key of its own.</summary>
public sealed class SniProxyServerTests : SniProxyTest
{
    private const string First = "first.example";
    private const string Second = "second.example";

    [SkippableTheory]
    [InlineData(First, "--tlsv1.3")]
    [InlineData(First, "--tls-max 1.2")]
    [InlineData(Second, "--tlsv1.3")]
    [InlineData(Second, "--tls-max 1.2")]
    public void Curl_LargeFile_FromTheServerOfThatNameAndTheSameBytes(string name, string version)
    {
        Daemon proxy = StartBetween();
        Content content = new(20_000_003, seed: 11);
        using (FileStream file = File.Create(PathOf("large")))
        {
            content.WriteTo(file);
        }

        Finished run = Curl(proxy, name, name, $"{version} https://{name}/large");

        run.ExitCode.Should().Be(0, "{0}", run.Error);
        using MemoryStream received = new(run.Output);
        Digest.OfRest(received, seed: 1).Should().Be(content.Digest);
        proxy.WaitForLine($"{name} -> ");
    }

    [SkippableFact]
    public void Curl_ManyAtOnce_EachFromItsServer()
    {
        const int Times = 20;
        Daemon proxy = StartBetween();
        byte[] page = Bytes.Random(300_007);
        File.WriteAllBytes(PathOf("page"), page);
        Finished[] runs = Task.WhenAll(Enumerable.Range(0, Times).Select(i => OnItsOwnThread(() =>
        {
            string name = i % 2 == 0 ? First : Second;
            return Curl(proxy, name, name, $"https://{name}/page");
        }))).GetAwaiter().GetResult();
        runs.Should().AllSatisfy(run => run.Output.MustBe(page, run.Error));
        proxy.WaitForLines($"{First} -> ", Times / 2);
        proxy.WaitForLines($"{Second} -> ", Times / 2);
    }

    [SkippableFact]
    public void Curl_TrustsTheOtherServerOnly_Refuses() => Curl(StartBetween(), First, Second, $"https://{First}/{First}.pem")
        .ExitCode.Should().Be(60, "the certificate is not the other's");

    [SkippableFact]
    public void Curl_NameWithoutARoute_IsToldSo()
    {
        Finished run = Curl(StartBetween(), "third.example", First, "https://third.example/");
        run.ExitCode.Should().Be(35, "there is no connection");
        run.Error.Should().Contain("unrecognized name");
    }

    [SkippableFact]
    public void Curl_WithoutTls_TurnedAwayAndTheNextServed()
    {
        Daemon proxy = StartBetween();
        Shell.Line($"curl -sS http://127.0.0.1:{PortOf(proxy)}/").ExitCode.Should().NotBe(0);
        proxy.WaitForLine("refused: not TLS");
        Curl(proxy, First, First, $"https://{First}/{First}.pem").Text.Should().Be(File.ReadAllText(PathOf($"{First}.pem")));
    }

    [SkippableTheory]
    [InlineData(First, "")]
    [InlineData(Second, "")]
    [InlineData(First, "-tls1_2")]
    [InlineData(Second, "-groups X25519:P-256:P-384:P-521:X448:ffdhe2048:ffdhe3072:ffdhe4096:ffdhe6144:ffdhe8192")]
    public void SClient_Name_ShowsThatServersCertificate(string name, string options) =>
        SClient(StartBetween(), $"-servername {name} {options}").Text.Should().MatchRegex($"subject=.*CN ?= ?{name}");

    /// <summary>As hellos are with keys for which no quantum computer is enough, and longer.</summary>
    [SkippableTheory]
    [InlineData(10)]
    [InlineData(60)]
    public void SClient_LongHello_Passes(int protocols)
    {
        Daemon proxy = StartBetween();
        SClient(proxy, $"-servername {Second} -alpn {Protocols(protocols)}").Text.Should().MatchRegex($"subject=.*CN ?= ?{Second}");
    }

    [SkippableFact]
    public void SClient_HelloLongerThanIsLookedAt_IsToldSo()
    {
        Daemon proxy = StartBetween();
        SClient(proxy, $"-servername {Second} -alpn {Protocols(100)}").Error.Should().Contain("alert decode error");
        proxy.WaitForLine("refused: no hello");
    }

    [SkippableFact]
    public void SClient_NoName_IsToldSo()
    {
        Daemon proxy = StartBetween();
        SClient(proxy, "-noservername").Error.Should().Contain("unrecognized name");
        proxy.WaitForLine("refused: no route for no name");
    }

    /// <summary>Names of protocols, of 200 letters each.</summary>
    private static string Protocols(int count) => string.Join(',', Enumerable.Range(0, count).Select(_ => new string('p', 200)));

    private static Finished SClient(Daemon proxy, string options) => Shell.Line($"openssl s_client -connect 127.0.0.1:{PortOf(proxy)} {options} < /dev/null");

    private Finished Curl(Daemon proxy, string name, string trusted, string arguments) =>
        Shell.Line($"curl -sS --fail --noproxy '*' --cacert {PathOf(trusted)}.pem --connect-to {name}:443:127.0.0.1:{PortOf(proxy)} {arguments}");

    private Daemon StartBetween()
    {
        Shell.SkipWithout("curl");
        int first = SocketPair.FreePort();
        Own(Servers.OpenSsl(first, Folder, First));
        int second = SocketPair.FreePort();
        Own(Servers.OpenSsl(second, Folder, Second));
        return StartProxy("--route", $"{First}=127.0.0.1:{first}", "--route", $"{Second}=127.0.0.1:{second}");
    }
}

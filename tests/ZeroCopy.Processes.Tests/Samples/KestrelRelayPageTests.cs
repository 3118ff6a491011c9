using System.Globalization;
using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>The page of the relay in an ASP.NET Core host, in a browser.</summary>
public sealed class KestrelRelayPageTests : KestrelRelayPageTest
{
    private const string Rows = "[...document.querySelectorAll('#connections tbody tr')]";

    private static readonly byte[] _much = Bytes.Random(20_000_003);

    [SkippableFact]
    public async Task Page_ConnectionMovesAndEnds_IsShownWithItsBytesAndGoes()
    {
        const string Name = "Web<b>&amp;</b>";
        (Socket server, string to) = Listen();
        Daemon host = StartHost(to, $"--Relay:{Name}:Listen", AnyPort, $"--Relay:{Name}:To", to);
        using Browser browser = new(PathOf("browser"));
        browser.Open(UrlOf(host));
        browser.WaitUntil("document.getElementById('more').textContent === 'Nobody is connected.'");

        SocketPair ends = ConnectThrough(host, server);
        await MustPass(_much, ends.Near, ends.Far);
        await MustPass([1, 2, 3], ends.Far, ends.Near);

        browser.WaitUntil($"{Rows}.map(row => [0, 1, 3, 5].map(i => row.cells[i].textContent).join(' ')).join() === '{ends.Near.LocalEndPoint} {to} 19.1 MiB 3 B'");
        browser.WaitUntil("document.getElementById('state').textContent === 'Live'");
        Text(browser, $"{Rows}[0].cells[3].title").Should().Be("20,000,003 bytes");
        Text(browser, "document.getElementById('open').textContent").Should().Be("1");
        Text(browser, "document.getElementById('bytes-there').title").Should().Be("20,000,003 bytes");
        Text(browser, "document.querySelector('#relays tbody tr:nth-child(2) th').textContent").Should().Be(Name, "it is text, whatever is in it");

        ends.Dispose();

        browser.WaitUntil($"{Rows}.length === 0 && document.getElementById('open').textContent === '0'");
        browser.Complaints.Should().BeEmpty();
    }

    [SkippableFact]
    public void Page_HostStopsAndIsThereAgain_SaysSoAndGoesOn()
    {
        (_, string to) = Listen();
        string[] url = ["--Kestrel:Endpoints:Http:Url", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{SocketPair.FreePort()}")];
        Daemon host = StartHost(to, url);
        using Browser browser = new(PathOf("browser"));
        browser.Open(UrlOf(host));
        browser.WaitUntil("document.getElementById('state').textContent === 'Live' && !document.body.classList.contains('stale')");

        host.Signal("TERM");
        host.WaitForExit().Should().Be(0);

        browser.WaitUntil("document.getElementById('state').textContent.startsWith('No connection') && document.body.classList.contains('stale')");
        StartHost(to, url);
        browser.WaitUntil("document.getElementById('state').textContent === 'Live' && !document.body.classList.contains('stale')");
    }

    /// <summary>That is what would come of text that is not kept text; and the browser's complaints are heard.</summary>
    [SkippableFact]
    public void Page_ScriptGetsIntoIt_IsForbidden()
    {
        (_, string to) = Listen();
        Daemon host = StartHost(to);
        using Browser browser = new(PathOf("browser"));
        browser.Open(UrlOf(host));
        browser.Evaluate("document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.isWrong = true' }))");
        ((bool)browser.Evaluate("'isWrong' in window")!).Should().BeFalse();
        browser.Complaints.Should().Contain(complaint => complaint.Contains("Content Security Policy", StringComparison.Ordinal));
    }

    private static string? Text(Browser browser, string expression) => (string?)browser.Evaluate(expression);
}

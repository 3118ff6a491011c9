using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ZeroCopy.Processes.Tests.Support;

/// <summary>A page in a headless Chromium, driven by the protocol of its developer tools.</summary>
internal sealed class Browser : IDisposable
{
    private const string Says = "DevTools listening on ";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly ClientWebSocket _tools = new();
    private readonly List<JsonNode> _events = [];
    private readonly Daemon _chromium;
    private readonly string? _session;
    private int _lastId;

    /// <summary>Starts it, with what it keeps in a new folder.</summary>
    public Browser(string folder)
    {
        Shell.SkipWithout("chromium");
        string[] asRoot = Environment.IsPrivilegedProcess ? ["--no-sandbox"] : [];
        _chromium = new Daemon("chromium", [
            "--headless", "--remote-debugging-port=0", $"--user-data-dir={folder}", "--no-first-run", "--no-proxy-server", "--disable-gpu", "--disable-breakpad",
            "--disable-extensions", "--disable-background-networking", "--disable-component-update", .. asRoot, "about:blank"]);
        try
        {
            string line = _chromium.WaitForLine(Says);
            InTime(stop => _tools.ConnectAsync(new Uri(line[(line.IndexOf(Says, StringComparison.Ordinal) + Says.Length)..]), stop));
            string target = (string)Call("Target.createTarget", new() { ["url"] = "about:blank" })["targetId"]!;
            _session = (string)Call("Target.attachToTarget", new() { ["targetId"] = target, ["flatten"] = true })["sessionId"]!;
            Call("Runtime.enable");
            Call("Log.enable");
        }
        catch
        {
            _tools.Dispose();
            _chromium.Dispose();
            throw;
        }
    }

    /// <summary>What it has complained of so far: exceptions, errors in the console, and what a policy forbids.</summary>
    public IEnumerable<string> Complaints
    {
        get
        {
            Evaluate("0");
            return [.. _events.Where(IsComplaint).Select(happened => happened.ToJsonString())];
        }
    }

    public void Open(string url)
    {
        Call("Page.navigate", new() { ["url"] = url }).ContainsKey("errorText").Should().BeFalse("{0} is there", url);
        Evaluate("new Promise(done => document.readyState === 'complete' ? done() : addEventListener('load', () => done()))");
    }

    /// <summary>Waits until what the document shows makes a condition of JavaScript true.</summary>
    public void WaitUntil(string condition) => ((string?)Evaluate($$"""
        new Promise(done => {
            const check = () => ({{condition}}) && done(null);
            new MutationObserver(check).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
            setTimeout(() => done(document.body.innerText), {{_patience.TotalMilliseconds / 2}});
            check();
        })
        """)).Should().BeNull("{0} becomes true", condition);

    /// <summary>The value of an expression of JavaScript, or what it promises.</summary>
    public JsonNode? Evaluate(string expression)
    {
        JsonObject answer = Call("Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        answer.ContainsKey("exceptionDetails").Should().BeFalse("{0} has a value, but {1}", expression, answer);
        return answer["result"]!["value"];
    }

    public void Dispose()
    {
        try
        {
            // It may be gone before it answers.
            Send("Browser.close");
            _chromium.WaitForExit();
        }
        finally
        {
            _tools.Dispose();
            _chromium.Dispose();
        }
    }

    private static bool IsComplaint(JsonNode happened) => (string?)happened["method"] switch
    {
        "Runtime.exceptionThrown" => true,
        "Runtime.consoleAPICalled" => (string?)happened["params"]!["type"] is "error" or "assert",
        "Log.entryAdded" => (string?)happened["params"]!["entry"]!["level"] is "error" or "warning",
        _ => false,
    };

    private JsonObject Send(string method, JsonObject? parameters = null)
    {
        JsonObject call = new() { ["id"] = ++_lastId, ["method"] = method, ["params"] = parameters ?? [] };
        if (_session is not null)
        {
            call["sessionId"] = _session;
        }

        InTime(stop => _tools.SendAsync(JsonSerializer.SerializeToUtf8Bytes(call), WebSocketMessageType.Text, endOfMessage: true, stop));
        return call;
    }

    private JsonObject Call(string method, JsonObject? parameters = null)
    {
        JsonObject call = Send(method, parameters);
        while (true)
        {
            JsonNode message = Receive();
            if ((int?)message["id"] == _lastId)
            {
                return message["result"] as JsonObject ?? throw new InvalidOperationException($"{call.ToJsonString()} gave {message.ToJsonString()}");
            }

            _events.Add(message);
        }
    }

    private JsonNode Receive()
    {
        using MemoryStream message = new();
        byte[] buffer = new byte[1 << 16];
        WebSocketReceiveResult part = null!;
        do
        {
            InTime(async stop => part = await _tools.ReceiveAsync(buffer, stop));
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(message.ToArray())!;
    }

    private static void InTime(Func<CancellationToken, Task> work)
    {
        using CancellationTokenSource timeout = new(_patience);
        work(timeout.Token).GetAwaiter().GetResult();
    }
}

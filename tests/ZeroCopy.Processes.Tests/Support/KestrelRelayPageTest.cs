using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Text.Json;

namespace ZeroCopy.Processes.Tests.Support;

/// <summary>A test of what the relay in an ASP.NET Core host serves for its page.</summary>
public abstract class KestrelRelayPageTest : KestrelRelayTest
{
    private readonly HttpClient _http;

    static KestrelRelayPageTest()
    {
        // The first socket that is waited for has .NET open what it waits with, and keep it.
        using SocketPair sockets = SocketPair.Tcp();
        Task<int> received = sockets.Far.ReceiveAsync(new byte[1], SocketFlags.None);
        sockets.Near.Send([1]);
        received.Wait(Patience).Should().BeTrue();
    }

    private protected KestrelRelayPageTest() => _http = Own(new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience });

    /// <summary>What is answered, as soon as it begins.</summary>
    protected async Task<HttpResponseMessage> GetAsync(Daemon host, string path, string? name = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, UrlOf(host) + path);
        request.Headers.Host = name;
        return Own(await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
    }

    /// <summary>Watches as a page does, until there is such a snapshot.</summary>
    protected async Task<JsonElement> WatchUntil(Daemon host, string what, Func<JsonElement, bool> condition)
    {
        using CancellationTokenSource timeout = new(Patience);
        using HttpResponseMessage events = await GetAsync(host, "/events");
        events.EnsureSuccessStatusCode().Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        JsonElement last = default;
        await using Stream stream = await events.Content.ReadAsStreamAsync(timeout.Token);
        await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync(timeout.Token))
        {
            last = JsonElement.Parse(item.Data);
            if (condition(last))
            {
                return last;
            }
        }

        throw new InvalidOperationException($"It never came that {what}; the last snapshot was {last}.");
    }
}

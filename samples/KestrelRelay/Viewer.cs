using System.Threading.Channels;

namespace KestrelRelaySample;

/// <summary>Somebody who watches. Who is too slow for all snapshots gets the latest.</summary>
internal sealed class Viewer(LiveFeed feed) : IDisposable
{
    private readonly Channel<string> _latest = Channel.CreateBounded<string>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    public IAsyncEnumerable<string> WatchAsync(CancellationToken cancellationToken) => _latest.Reader.ReadAllAsync(cancellationToken);

    public void Show(string snapshot) => _latest.Writer.TryWrite(snapshot);

    public void End() => _latest.Writer.TryComplete();

    public void Dispose() => feed.Leave(this);
}

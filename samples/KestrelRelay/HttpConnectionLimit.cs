using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KestrelRelaySample;

/// <summary>Bounds the connections of HTTP. Kestrel's own limit is one for each end point, relays' too, which have theirs.</summary>
internal sealed class HttpConnectionLimit(HttpSettings settings)
{
    private int _open;

    /// <summary>Has what is over the limit closed without an answer.</summary>
    public void ApplyTo(ListenOptions options)
    {
        if (options.EndPoint is RelayEndPoint)
        {
            return;
        }

        options.Use(next => async connection =>
        {
            try
            {
                if (Interlocked.Increment(ref _open) <= settings.MaxConnections)
                {
                    await next(connection);
                }
            }
            finally
            {
                Interlocked.Decrement(ref _open);
            }
        });
    }
}

namespace ZeroCopy.Tests.Models;

/// <summary>
/// Does to a transfer, and at its ends, what a program says. Whatever has happened, it is known which bytes must arrive, which may, and how it may end.
/// </summary>
internal abstract class TransferRun(Peer a, Peer b) : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly byte[] _buffer = new byte[64 * 1024];
    private CancellationTokenSource _cancellation = new();
    private Task? _transfer;
    private bool _isComplete;

    protected Peer A => a;

    protected Peer B => b;

    protected StreamModel AToB { get; } = new(0);

    protected StreamModel BToA { get; } = new(1L << 40);

    /// <summary>Whether the end of what comes from one end is passed on to the other.</summary>
    protected abstract bool PassesTheEndOn { get; }

    /// <summary>Starts it, or another one that goes on where the last one stopped.</summary>
    public void Start()
    {
        if (a.IsDisposed || b.IsDisposed)
        {
            Action beginning = () => _ = Begin(CancellationToken.None);
            beginning.Should().Throw<ObjectDisposedException>();
            return;
        }

        _cancellation.Dispose();
        _cancellation = new CancellationTokenSource();
        _transfer = Begin(_cancellation.Token);
    }

    public void Do(TransferStep step)
    {
        Peer peer = step.AtB ? b : a;
        switch (step.Action)
        {
            case TransferAction.Send:
                Send(peer, step.AtB ? BToA : AToB, step.Amount);
                break;
            case TransferAction.Receive when !peer.IsGone:
                Receive(peer, step.AtB ? AToB : BToA, step.Amount);
                break;
            case TransferAction.HalfClose:
                peer.HalfClose();
                break;
            case TransferAction.Reset:
                peer.Reset();
                break;
            case TransferAction.Dispose:
                peer.DisposeEnd();
                break;
            case TransferAction.Cancel:
                Cancel();
                break;
            case TransferAction.Resume when _transfer is null && !_isComplete:
                Start();
                break;
        }

        ConcludeIfOver();
    }

    /// <summary>Lets it come to its end, and finds every byte.</summary>
    public void Finish()
    {
        if (a.IsDisposed || b.IsDisposed)
        {
            // It notices that by itself too, for which other tests have the time.
            Cancel();
        }

        a.HalfClose();
        b.HalfClose();
        Until("it comes to its end", () =>
        {
            ReceiveNow(a, BToA, long.MaxValue);
            ReceiveNow(b, AToB, long.MaxValue);
            ConcludeIfOver();
            return _transfer is null;
        });
        MustHaveArrived(b, AToB);
        MustHaveArrived(a, BToA);
        MustBeLeft(a, AToB);
        MustBeLeft(b, BToA);
    }

    public void Dispose()
    {
        _cancellation.Cancel();
        SpinWait.SpinUntil(() => _transfer?.IsCompleted != false, _patience);
        _cancellation.Dispose();
        a.Dispose();
        b.Dispose();
    }

    protected abstract Task Begin(CancellationToken cancellationToken);

    /// <summary>Takes what it says about itself, now that it is over, and may say.</summary>
    /// <returns>Whether it has done all that there was to do.</returns>
    protected abstract bool Account(bool wasCancelled);

    /// <summary>Whether all that comes from there has been moved.</summary>
    protected static bool IsMoved(Peer source, StreamModel stream) => source.MaySeemEnded && stream.Written == stream.Sent;

    /// <summary>Whether as much has been moved as may be.</summary>
    protected static bool IsAtItsLimit(StreamModel stream) => stream.Written == stream.Limit;

    private static void Until(string what, Func<bool> condition) => SpinWait.SpinUntil(condition, _patience).Should().BeTrue(what);

    private static void Send(Peer peer, StreamModel stream, int count)
    {
        if (!peer.HasEnded && !peer.IsGone)
        {
            Errno errno = peer.TrySend(stream.Next(count), out int sent);
            errno.Should().BeOneOf([Errno.None, Errno.EAGAIN, .. peer.IsDisposed ? [Errno.EPIPE, Errno.ECONNRESET] : Array.Empty<Errno>()]);
            stream.NoteSent(sent);
        }
    }

    private void Receive(Peer peer, StreamModel stream, int count)
    {
        long goal = stream.Received + count;
        Until("what must arrive does", () =>
        {
            ReceiveNow(peer, stream, goal);
            ConcludeIfOver();
            return stream.Received >= Math.Min(goal, MustArrive(peer, stream));
        });
    }

    /// <summary>How many bytes of all must arrive if one waits: those that were sent while nothing is wrong, or those that were delivered.</summary>
    private long MustArrive(Peer target, StreamModel stream)
    {
        bool isWell = _transfer is null ? target.Listens : a.Listens && b.Listens;
        return !isWell ? 0 : _transfer is null ? stream.Written : Math.Min(stream.Sent, stream.Limit);
    }

    private void ReceiveNow(Peer peer, StreamModel stream, long goal)
    {
        while (!peer.IsGone && !peer.SawTheEnd && stream.Received < goal)
        {
            Errno errno = peer.TryReceive(_buffer.AsSpan(0, (int)Math.Min(_buffer.Length, goal - stream.Received)), out int count);
            if (errno == Errno.EAGAIN)
            {
                return;
            }

            if (count == 0)
            {
                MustBeTheEnd(peer, stream, errno);
                return;
            }

            stream.MustBeNext(_buffer.AsSpan(0, count));
        }
    }

    private void MustBeTheEnd(Peer peer, StreamModel stream, Errno errno)
    {
        bool isPassedOn = errno == Errno.None && PassesTheEndOn && peer.Kind != EndKind.Pipe && (peer == b ? a : b).MaySeemEnded;
        (peer.IsDisposed || (isPassedOn && stream.Received == stream.Sent)).Should().BeTrue("{0} means that nothing more comes", errno);
        peer.SawTheEnd = true;
    }

    private void Cancel()
    {
        if (_transfer is not null)
        {
            _cancellation.Cancel();
            Until("it is cancelled", () => _transfer.IsCompleted);
            ConcludeIfOver();
        }
    }

    private void ConcludeIfOver()
    {
        if (_transfer is { IsCompleted: true })
        {
            _isComplete = Account(_cancellation.IsCancellationRequested);
            _transfer = null;
        }
    }

    private void MustHaveArrived(Peer target, StreamModel stream)
    {
        if (target.Listens)
        {
            bool hasEnd = _isComplete && PassesTheEndOn && target.Kind != EndKind.Pipe;
            Until("what was delivered arrives, and the end if it was passed on", () =>
            {
                ReceiveNow(target, stream, long.MaxValue);
                return stream.Received >= stream.Written && (target.SawTheEnd || !hasEnd);
            });
            stream.Received.Should().Be(stream.Written, "no more arrives than was delivered");
        }
    }

    private static void MustBeLeft(Peer source, StreamModel stream)
    {
        if (source.KeepsWhatItSent)
        {
            long left = stream.Sent - stream.Read;
            byte[] bytes = new byte[left + 1];
            int count = 0;
            Until("what was not read is left", () =>
            {
                Errno errno = source.TryReadLeft(bytes.AsSpan(count), out int more);
                count += more;
                return count >= left || (errno == Errno.None && more == 0);
            });
            source.TryReadLeft(bytes.AsSpan(count), out int tooMany);
            stream.MustBeLeft(bytes.AsSpan(0, count + tooMany));
        }
    }
}

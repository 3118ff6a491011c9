namespace ZeroCopy.Tests.Transfers;

/// <summary>Whatever the taps are and whatever becomes of them: the relay carries every byte both ways, and each tap is told what it did not get.</summary>
public sealed class RelayTapPropertyTests : RelayTest
{
    private const string ReadsAll = "reads all";
    private const string IsDisposed = "is disposed";

    private static readonly string[] _kinds = ["socket", "unix socket", "pipe", DisposableEnd.FileStream];
    private static readonly string[] _behaviours = [ReadsAll, ReadsAll, "closes", "reads nothing", IsDisposed];

    [Fact]
    public async Task RelayAsync_AnyTapsAndFaults_CarriesEveryByteAndAccountsForThoseOfTheTaps()
    {
        int cases = Shell.IsContinuousIntegration ? 500 : 20;
        int first = Random.Shared.Next();
        for (int i = 0; i < cases; i++)
        {
            int seed = unchecked(first + i);
            Func<Task> relaying = () => MustCarryAsync(new Random(seed)).WaitAsync(Patience);
            await relaying.Should().NotThrowAsync("whatever happens (seed {0})", seed);
        }
    }

    private async Task MustCarryAsync(Random random)
    {
        using SocketPair client = SocketPair.Tcp();
        using SocketPair server = SocketPair.Tcp();
        Content there = new(random.Next(500_000), random.Next());
        Content back = new(random.Next(500_000), random.Next());
        using Tap tapOfThere = new(random, NewPath());
        using Tap tapOfBack = new(random, NewPath());
        RelayOptions options = new()
        {
            PrefixAToB = new byte[random.Next(2) * random.Next(100_000)],
            TapAToB = tapOfThere.End.Endpoint,
            TapBToA = tapOfBack.End.Endpoint,
            SlowTapTimeout = TimeSpan.FromMilliseconds(50),
            PipeCapacity = random.Next(3) * 4096,
            CountersAToB = new TransferCounters(),
            CountersBToA = new TransferCounters(),
        };
        tapOfThere.Start(options.CountersAToB);
        tapOfBack.Start(options.CountersBToA);
        Task<RelayResult> relay = Transfer.RelayAsync(client.Near, server.Near, options);
        await InBackground(() => server.Far.ReceiveExactly(options.PrefixAToB.Length));
        await MustExchange(client.Far, server.Far, there, back);
        RelayResult result = await MustEnd(relay, RelayEnd.Completed, options);
        MustBeUnharmed(result.AToB);
        MustBeUnharmed(result.BToA);
        await tapOfThere.MustAccountFor(result.AToB.Tap!, [.. options.PrefixAToB.Span, .. AllOf(there)]);
        await tapOfBack.MustAccountFor(result.BToA.Tap!, AllOf(back));
    }

    private static byte[] AllOf(Content content)
    {
        using MemoryStream all = new();
        content.WriteTo(all);
        return all.ToArray();
    }

    /// <summary>A tap, and what is done behind it or to it after some bytes.</summary>
    private sealed class Tap(Random random, string path) : IDisposable
    {
        private readonly string _kind = random.GetItems(_kinds, 1)[0];
        private readonly string _behaviour = random.GetItems(_behaviours, 1)[0];
        private readonly int _after = random.Next(300_000);
        private Task<byte[]> _reading = Task.FromResult<byte[]>([]);
        private Task _disposing = Task.CompletedTask;
        private DisposableEnd? _end;

        public DisposableEnd End => _end ??= new DisposableEnd(_kind, TransferSide.Destination, path);

        private bool IsFile => End.Peer is null;

        public void Start(TransferCounters counters)
        {
            if (_behaviour == IsDisposed)
            {
                _disposing = InBackground(() =>
                {
                    SpinWait.SpinUntil(() => counters.BytesWritten >= _after, TimeSpan.FromMilliseconds(200));
                    End.Owner.Dispose();
                });
            }

            if (!IsFile && _behaviour != "reads nothing")
            {
                _reading = _behaviour == "closes" ? OnItsOwnThread(() => ReadAndClose(End.Peer!, _after)) : Reading(End.Peer!);
            }
        }

        /// <summary>It has a beginning of all that its direction carried, what is handed back comes next, and one that is well has everything.</summary>
        public async Task MustAccountFor(SinkResult result, byte[] all)
        {
            result.MustAccountFor(all);
            await _disposing;
            End.Owner.Dispose();
            if (result.Error is null)
            {
                result.BytesDelivered.Should().Be(all.Length);
            }
            else
            {
                (_behaviour == ReadsAll && result.Error.Errno != Errno.ETIMEDOUT).Should().BeFalse("nothing was done to it: {0}", result.Error);
            }

            byte[] arrived;
            try
            {
                arrived = IsFile ? await File.ReadAllBytesAsync(path) : _behaviour == "reads nothing" ? await Reading(End.Peer!) : await _reading;
            }
            catch (IOException) when (_behaviour == IsDisposed)
            {
                // .NET resets the connection of a socket that is disposed during a call.
                return;
            }

            arrived.MustBe(all.AsSpan(0, _behaviour == "closes" && !IsFile ? arrived.Length : (int)result.BytesDelivered), $"{_kind} {_behaviour}");
            arrived.Length.Should().BeLessThanOrEqualTo((int)result.BytesDelivered);
        }

        public void Dispose() => End.Dispose();

        private static byte[] ReadAndClose(Stream peer, long most)
        {
            byte[] arrived = Reading(peer, most: most).GetAwaiter().GetResult();
            peer.Dispose();
            return arrived;
        }
    }
}

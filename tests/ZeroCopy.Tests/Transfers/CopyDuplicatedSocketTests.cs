using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>
/// A socket that is closed here, while somebody else has it open too: epoll goes on telling that it is readable, and it cannot be taken out there any more.
/// </summary>
public sealed class CopyDuplicatedSocketTests : TransferTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CopyAsync_SourceIsDisposedAndItsDuplicateReadable_NobodySpinsAndAllOthersAreServed(bool numberIsReused)
    {
        (SocketPair Source, SocketPair Destination, Task Copy)[] others = [.. Enumerable.Range(0, 8).Select(_ => StartOne())];
        (SocketPair source, SocketPair destination, Task copy) = StartOne();
        Exchange(source, destination, times: 10);
        using SafeFileHandle duplicate = Native.Duplicate(source.Near.SafeHandle);
        source.Near.Dispose();
        (await FluentActions.Awaiting(() => copy.WaitAsync(Patience)).Should().ThrowAsync<TransferException>()).Which.Errno.Should().Be(Errno.EBADF);
        if (numberIsReused)
        {
            others = [.. others, .. Enumerable.Range(0, 8).Select(_ => StartOne())];
        }

        source.Far.Send("for the duplicate"u8);
        MustRest(others[0].Copy);
        Array.ForEach(others, other => Exchange(other.Source, other.Destination, times: 10));
        foreach ((SocketPair near, _, Task running) in others)
        {
            near.Far.Shutdown(SocketShutdown.Send);
            await running.WaitAsync(Patience);
        }
    }

    private (SocketPair Source, SocketPair Destination, Task Copy) StartOne()
    {
        SocketPair source = NewSockets();
        SocketPair destination = NewSockets();
        return (source, destination, Started(isAsync: true, source.Near, destination.Near));
    }

    private static void Exchange(SocketPair source, SocketPair destination, int times)
    {
        for (int i = 0; i < times; i++)
        {
            source.Far.Send([(byte)i]);
            destination.Far.ReceiveExactly(1).Should().Equal((byte)i);
        }
    }
}

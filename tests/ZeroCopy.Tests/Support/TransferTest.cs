using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Support;

/// <summary>A test that copies.</summary>
public abstract class TransferTest : KernelTest
{
    private static readonly TimeSpan _aWhile = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longer = TimeSpan.FromMilliseconds(500);

    /// <summary>Copies either way, and fails where that is stuck.</summary>
    protected static CopyResult Copy(bool isAsync, TransferEndpoint source, TransferEndpoint destination, CopyOptions? options = null) =>
        isAsync ? Started(isAsync: true, source, destination, options).WaitAsync(Patience).GetAwaiter().GetResult()
            : InTime(() => Transfer.Copy(source, destination, options));

    /// <summary>Starts a copy either way.</summary>
    protected static Task<CopyResult> Started(bool isAsync, TransferEndpoint source, TransferEndpoint destination, CopyOptions? options = null) =>
        isAsync ? Transfer.CopyAsync(source, destination, options).AsTask() : OnItsOwnThread(() => Transfer.Copy(source, destination, options));

    /// <summary>It waits, and uses no processor time: at least in one of several whiles, since the compiler works at times of its own choice.</summary>
    protected static void MustRest(Task copy) => MustUseLess(_aWhile / 4, _aWhile, copy);

    /// <summary>The same for longer, which is two of the sweeps that the library makes for handles that are disposed; of it less than a tenth is used.</summary>
    protected static void MustSleep(params Task[] transfers) => MustUseLess(_longer / 10, _longer, Task.WhenAny(transfers));

    /// <summary>Waits for something that another thread brings about.</summary>
    protected static void Eventually(Func<bool> condition, string what) =>
        SpinWait.SpinUntil(condition, Patience).Should().BeTrue(what);

    /// <summary>A socket that a client can connect to, by its local end point.</summary>
    protected static Socket Listening()
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        return listener;
    }

    /// <summary>Sends from the one, and receives at the other, where it must be the same.</summary>
    protected static async Task MustPass(byte[] bytes, Socket from, Socket to)
    {
        Task sending = InBackground(() => from.Send(bytes));
        to.ReceiveExactly(bytes.Length).MustBe(bytes);
        await sending.WaitAsync(Patience);
    }

    /// <summary>Reads what arrives, in portions and no faster than it is asked for, until there is no more or the limit is reached.</summary>
    protected static Task<byte[]> Reading(Stream peer, int portion = 64 * 1024, long most = long.MaxValue) => OnItsOwnThread(() =>
    {
        using MemoryStream all = new();
        byte[] buffer = new byte[portion];
        int count;
        while (all.Length < most && (count = peer.Read(buffer, 0, (int)Math.Min(portion, most - all.Length))) > 0)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    });

    private static void MustUseLess(TimeSpan most, TimeSpan time, Task transfer)
    {
        TimeSpan used = time;
        for (int i = 0; i < 20 && used > most; i++)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            transfer.Wait(time).Should().BeFalse("it has to wait");
            used = Environment.CpuUsage.TotalTime - before;
        }

        used.Should().BeLessThan(most, "who waits does nothing");
    }

    /// <summary>A file of the test's folder, open for both.</summary>
    protected SafeFileHandle FileOf(byte[] bytes)
    {
        string path = NewPath();
        File.WriteAllBytes(path, bytes);
        return Own(File.OpenHandle(path, access: FileAccess.ReadWrite, share: FileShare.ReadWrite));
    }

    protected static byte[] ContentOf(SafeFileHandle file)
    {
        byte[] content = new byte[RandomAccess.GetLength(file)];
        RandomAccess.Read(file, content, 0).Should().Be(content.Length);
        return content;
    }

    protected string NewPath() => PathOf(Path.GetRandomFileName());

    protected SocketPair NewSockets(bool unix = false) => Own(unix ? SocketPair.Unix(NewPath()) : SocketPair.Tcp());

    /// <summary>With buffers as small as the kernel permits.</summary>
    protected SocketPair NewSmallSockets(bool unix = false) => Own(unix ? SocketPair.Unix(NewPath()) : SocketPair.TcpOfSmallSegments()).Small();
}

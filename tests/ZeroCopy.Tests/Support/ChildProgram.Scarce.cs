namespace ZeroCopy.Tests.Support;

/// <content>A copy that has a pipe, and gets no other.</content>
internal static partial class ChildProgram
{
    /// <summary>Copies much while the shared pool has a pipe and no descriptor is left for a larger one.</summary>
    private static void CopyWithTheOnlyPipe(string[] how)
    {
        string folder = Directory.CreateTempSubdirectory("zerocopy-").FullName;
        byte[] all = Bytes.Random(8 << 20);
        CopyOptions options = new() { Counters = new TransferCounters() };
        TransferEndpoint source = Source("file", Path.Combine(folder, "source"), all, options.Counters);
        using SocketPair sockets = SocketPair.Tcp();
        byte[] arrived = [];
        Thread reader = new(() => arrived = sockets.Far.ReceiveToEnd()) { IsBackground = true };
        reader.Start();
        StartAllThreads();
        Say("ready");
        PipePool.Shared.Return(PipePool.Shared.Rent());
        using (new Scarcity(["no-descriptors"]))
        {
            CopyInSteps(source, sockets.Near, options, all, how);
        }

        sockets.Near.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Say(reader.Join(_patience) && arrived.AsSpan().SequenceEqual(all) ? "exact" : "not the same bytes");
        Directory.Delete(folder, recursive: true);
    }
}

using System.Buffers;
using System.Globalization;

namespace ZeroCopy.Tests.Support;

/// <content>Writers to pipes of which system calls fail, or where there are no huge pages.</content>
internal static partial class ChildProgram
{
    private static int Memory(string[] args)
    {
        switch (args)
        {
            case ["write-to-pipe", string mode, string flush]:
                WriteToPipe(mode, flush);
                return 0;
            case ["write-beside-what-is-unread"]:
                WriteBesideWhatIsUnread();
                return 0;
            case ["page-buffer", .. string[] how]:
                PageBuffers(how);
                return 0;
            case ["sandboxed", string calls, string errno, .. string[] rest]:
                return Sandboxed(calls, errno, rest);
            case ["end-relays-as-their-timers-fire"]:
                EndRelaysAsTheirTimersFire();
                return 0;
            case ["without-huge-pages", .. string[] others]:
                Native.ForbidHugePages();
                return Memory(others);
            default:
                return FanOuts(args);
        }
    }

    /// <summary>Writes 2 MB in flushes of 100,000 bytes, each tried again where it fails, and tells what failed and whether all bytes arrived, each once.</summary>
    private static void WriteToPipe(string mode, string flush)
    {
        const int Total = 2_000_000;
        const int BlockSize = Total / 20;
        using Pipe pipe = new();
        VmSpliceWriter writer = new(pipe.WriteHandle, Enum.Parse<VmSpliceMode>(mode));
        Task<byte[]> reading = Task.Factory.StartNew(pipe.ReadToEnd, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        for (int place = 0; place < Total; place += BlockSize)
        {
            PlacedBytes.Fill(writer.GetSpan(BlockSize)[..BlockSize], place);
            writer.Advance(BlockSize);
            while (writer.UnflushedBytes > 0)
            {
                FlushOnce(writer, flush);
            }
        }

        Say(string.Create(
            CultureInfo.InvariantCulture, $"{writer.BytesMapped} mapped, {writer.BytesCopied} copied, {(writer.IsCopying ? "copying" : "mapping")}, {writer.FallbackErrno}"));
        writer.Dispose();
        pipe.WriteHandle.Dispose();
        Say(reading.Result.AsSpan().SequenceEqual(PlacedBytes.Of(Total)) ? "exact" : "wrong");
    }

    private static void FlushOnce(VmSpliceWriter writer, string flush)
    {
        try
        {
            if (flush == "async")
            {
                writer.FlushAsync().AsTask().GetAwaiter().GetResult();
            }
            else
            {
                writer.Flush();
            }
        }
        catch (ErrnoException e)
        {
            Say($"{e.Errno} {e.Syscall}");
        }
    }

    /// <summary>
    /// Goes through the memory once, and leaves half a pipe of it unread. The seventeenth mapping is to be refused: what is written then, beside those pages, must
    /// not be read in their place.
    /// </summary>
    private static void WriteBesideWhatIsUnread()
    {
        const int Portion = 256 * 1024;
        const int Portions = 16;
        using Pipe pipe = new(4 * Portion);
        using VmSpliceWriter writer = new(pipe.WriteHandle, VmSpliceMode.CopyingReader);
        long place = 0;
        for (int i = 0; i < Portions; i++, place += Portion)
        {
            writer.Write(PlacedBytes.Of(Portion, place));
            writer.Flush();
            if (i < Portions - 2)
            {
                pipe.ReadPlaced(place, Portion);
            }
        }

        int[] counts = [Portion / 16, Portion * Portions];
        writer.Write(PlacedBytes.Of(counts[0], place));
        writer.Flush();
        Say($"{writer.BytesMapped} mapped, {writer.BytesCopied} copied, {writer.FallbackErrno}");
        writer.Write(PlacedBytes.Of(counts[1], place + counts[0]));
        pipe.ReadPlaced(place - (2 * Portion), 2 * Portion);
        Thread flush = new(writer.Flush);
        flush.Start();
        pipe.ReadPlaced(place, counts[0] + counts[1]);
        flush.Join();
        Say("exact");
    }
}

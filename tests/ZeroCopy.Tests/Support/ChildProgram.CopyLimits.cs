using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Support;

/// <content>Copies at the limits of a process, a user and a disk.</content>
internal static partial class ChildProgram
{
    /// <summary>Copies until the disk is full, makes room, and goes on.</summary>
    private static void CopyOntoFullDisk(string from, string to, string folder)
    {
        byte[] all = Bytes.Random(300_000);
        string filler = Path.Combine(folder, "filler");
        File.WriteAllBytes(filler, new byte[from == "file" ? 600_000 : 900_000]);
        CopyOptions options = new() { Counters = new TransferCounters() };
        TransferEndpoint source = Source(from, Path.Combine(folder, "source"), all, options.Counters);
        (TransferEndpoint destination, Func<byte[]> arrived) = Destination(to, Path.Combine(folder, "destination"));
        int read = 0;
        TransferException failed = CopyOnce(source, destination, options, [])!;
        options = Resumed(failed, options, all, ref read);
        Say(failed.BytesWritten == arrived().Length ? "as much as it says" : "more or less than it says");
        File.Delete(filler);
        CopyInSteps(source, destination, options, all[read..], []);
        Say(arrived().AsSpan().SequenceEqual(all) ? "exact" : "not the same bytes");
    }

    /// <summary>Copies until the file may not grow any more, and then goes on to somewhere else.</summary>
    private static void CopyPastFileSizeLimit(string from, string folder)
    {
        SurviveFileSizeLimit();
        byte[] all = Bytes.Random(200_000);
        CopyOptions options = new() { Counters = new TransferCounters() };
        TransferEndpoint source = Source(from, Path.Combine(folder, "source"), all, options.Counters);
        (TransferEndpoint file, Func<byte[]> inFile) = Destination("file", Path.Combine(folder, "destination"));
        (TransferEndpoint socket, Func<byte[]> inSocket) = Destination("socket", string.Empty);
        int read = 0;
        TransferException failed = CopyOnce(source, file, options, [])!;
        options = Resumed(failed, options, all, ref read);
        Say(failed.Message.Contains("ulimit -f", StringComparison.Ordinal) ? "says what to do" : failed.Message);
        CopyInSteps(source, socket, options, all[read..], []);
        Say(inFile().Concat(inSocket()).SequenceEqual(all) ? "exact" : "not the same bytes");
    }

    /// <summary>Waits for the first time in this process, and tells what is said where that cannot be.</summary>
    private static void WaitOnce(string[] how)
    {
        string said = "waited";
        using Pipe pipe = new();
        using (new Scarcity(how))
        {
            try
            {
                FdReadiness.WaitReadableAsync(pipe.ReadHandle).AsTask().WaitAsync(_patience).GetAwaiter().GetResult();
            }
            catch (ErrnoException e)
            {
                said = e.Message;
            }
        }

        Say(said);
    }

    /// <summary>Nothing is left of what a process or a user may have, for as long as this is not disposed.</summary>
    private sealed class Scarcity : IDisposable
    {
        private readonly List<IDisposable> _taken = [];

        public Scarcity(string[] how)
        {
            if (how.Contains("small-pipes"))
            {
                _taken.AddRange(TakeAllPages());
            }

            if (how.Contains("no-descriptors"))
            {
                LoadAll();
                TakeAllDescriptors();
            }
        }

        public void Dispose() => _taken.ForEach(taken => taken.Dispose());

        /// <summary>An assembly that is first needed later could not be opened.</summary>
        private static void LoadAll()
        {
            using PipePool pool = new();
            using Pipe here = new();
            using Pipe there = new();
            here.Write("warm");
            Transfer.CopyAsync(here.ReadHandle, there.WriteHandle, new CopyOptions { Pool = pool, Length = 4 }).AsTask().Wait(_patience);
        }

        private void TakeAllDescriptors()
        {
            SafeFileHandle last = Native.Open("/dev/null", Native.O_RDONLY);
            while (!last.IsInvalid)
            {
                _taken.Add(last);
                last = Native.Duplicate(last);
            }
        }
    }
}

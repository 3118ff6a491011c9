using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ZeroCopy.Tests.Faults;

namespace ZeroCopy.Tests.Support;

/// <summary>What a test needs a process of its own for: limits, signals, and a debugger that makes system calls fail.</summary>
internal static partial class ChildProgram
{
    private const PosixSignal SIGXFSZ = (PosixSignal)25;

    /// <summary>Never disposed: a signal that is still on its way then would end the process.</summary>
    private static PosixSignalRegistration? _fileSizeHandler;

    public static int Main(string[] args)
    {
        try
        {
            switch (args)
            {
                case ["call", string call]:
                    Call(call);
                    break;
                case ["property", string property]:
                    Property(property);
                    break;
                case ["splice", string len]:
                    Say(Move(long.Parse(len, CultureInfo.InvariantCulture)));
                    break;
                case ["standard-descriptors"]:
                    StandardDescriptors();
                    break;
                case ["max-capacity"]:
                    Say(Pipe.MaxCapacity);
                    using (Pipe hinted = new(int.MaxValue))
                    {
                        Say(hinted.Capacity > 0);
                    }

                    break;
                case ["calls-without-a-reader"]:
                    CallsWithoutAReader();
                    break;
                case ["pipes", string most]:
                    Pipes(int.Parse(most, CultureInfo.InvariantCulture));
                    break;
                case ["pool", string most]:
                    Pool(int.Parse(most, CultureInfo.InvariantCulture));
                    break;
                case ["with-small-pipes", string script]:
                    WithSmallPipes(script);
                    break;
                case ["small-pool"]:
                    SmallPool();
                    break;
                case ["fill-file", string path]:
                    FillFile(path);
                    break;
                case ["wait"]:
                    Wait();
                    break;
                case ["faults", string library, string scenario, string calls, string errnos]:
                    return FaultProduct.Run(
                        library, scenario, int.Parse(calls, CultureInfo.InvariantCulture), int.Parse(errnos, CultureInfo.InvariantCulture));
                default:
                    return Memory(args);
            }
        }
        catch (ErrnoException e)
        {
            Say(e.Message);
        }

        return 0;
    }

    /// <summary>Makes a call through both of its faces.</summary>
    private static unsafe void Call(string name)
    {
        using Pipe source = new();
        using Pipe target = new();
        source.Write("hellohello");
        IOVector segment = new(NativeMemory.AllocZeroed(8), 5);
        Call call = name switch
        {
            "splice" => new SpliceCall(source.ReadHandle, target.WriteHandle, 5),
            "tee" => new TeeCall(source.ReadHandle, target.WriteHandle, 5),
            "fill" => new FillCall(source.ReadHandle, 5),
            "map" => new SegmentsCall(map: true, target.WriteHandle, &segment, 1),
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };
        Say($"{call.Try(out long count)} {count}");
        Say(call.Throwing());
    }

    private static void Property(string property)
    {
        Say("ready");
        using Pipe pipe = new();
        int capacity = 0;
        for (int i = 0; i < 100; i++)
        {
            switch (property)
            {
                case "get-capacity":
                    capacity = pipe.Capacity;
                    break;
                case "set-capacity":
                    pipe.Capacity = Environment.SystemPageSize;
                    break;
                default:
                    capacity = pipe.BytesAvailable;
                    break;
            }
        }

        Say(capacity);
    }

    private static void StandardDescriptors()
    {
        using (Pipe pipe = new())
        using (SafeFileHandle input = new(0, ownsHandle: false))
        using (SafeFileHandle output = new(1, ownsHandle: false))
        {
            long moved = Splice.Move(input, pipe.WriteHandle, 100);
            Tee.Duplicate(pipe.ReadHandle, output, moved);
            VmSplice.Fill(pipe.ReadHandle, new byte[moved]);
            new SpliceCall(input, pipe.WriteHandle).MustReturnZero();
        }

        using SafeFileHandle standardOutput = new(1, ownsHandle: false);
        Native.Write(standardOutput, "\nopen\n"u8);
    }

    private static long Move(long len)
    {
        using Pipe source = new();
        using Pipe target = new();
        source.Write("hello");
        return Splice.Move(source.ReadHandle, target.WriteHandle, len);
    }

    private static unsafe void CallsWithoutAReader()
    {
        using Pipe source = new();
        source.Write("hello");
        using Pipe target = new();
        target.ReadHandle.Dispose();
        IOVector segment = new(NativeMemory.AllocZeroed(8), 5);
        Say(Splice.TryMove(source.ReadHandle, target.WriteHandle, 5, SpliceFlags.None, out _));
        Say(Tee.TryDuplicate(source.ReadHandle, target.WriteHandle, 5, SpliceFlags.None, out _));
        Say(VmSplice.TryMap(target.WriteHandle, &segment, 1, SpliceFlags.None, out _));

        using SocketPair sockets = SocketPair.Tcp();
        sockets.Near.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Say(Splice.TryMove(source.ReadHandle, sockets.Near.SafeHandle, 5, SpliceFlags.None, out _));
    }

    /// <summary>Splices into a file until that fails.</summary>
    private static void FillFile(string path)
    {
        SurviveFileSizeLimit();
        using SafeFileHandle file = Native.Open(path, Native.O_WRONLY | Native.O_CREAT);
        using Pipe pipe = new();
        pipe.Full();
        try
        {
            while (pipe.BytesAvailable > 0)
            {
                Say($"moved {Splice.Move(pipe.ReadHandle, file, pipe.Capacity)}");
            }
        }
        finally
        {
            Say($"left {pipe.BytesAvailable}");
        }
    }

    /// <summary>Parks waits that nothing ends, and tells what processor time that takes once all is warm.</summary>
    private static void Wait()
    {
        using Pipe pipe = new();
        using CancellationTokenSource source = new();
        Task any = Task.WhenAny(Enumerable.Range(0, 1000).Select(_ => FdReadiness.WaitReadableAsync(pipe.ReadHandle, source.Token).AsTask()));
        any.Wait(_twoSweeps).Should().BeFalse();
        Say("parked");
        TimeSpan used = LeastProcessorTime(any);
        any.IsCompleted.Should().BeFalse();
        Say(used);
        source.Cancel();
    }

    /// <summary>Keeps SIGXFSZ from ending the process.</summary>
    private static void SurviveFileSizeLimit() => _fileSizeHandler = PosixSignalRegistration.Create(SIGXFSZ, context => context.Cancel = true);

    private static void Say(object what) => Console.WriteLine(what);
}

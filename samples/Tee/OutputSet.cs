using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ZeroCopy;

namespace TeeSample;

/// <summary>The outputs that still work, and what is said and done about one that fails: the others go on.</summary>
internal sealed class OutputSet : IDisposable
{
    private readonly bool _ignoreClosedPipes;

    private OutputSet(bool ignoreClosedPipes) => _ignoreClosedPipes = ignoreClosedPipes;

    /// <summary>Those that work, standard output first. Safe to enumerate while one of them fails.</summary>
    public ImmutableArray<Output> Open { get; private set; } = [];

    /// <summary>1 as soon as anything went wrong.</summary>
    public int ExitCode { get; private set; }

    public static OutputSet Create(IEnumerable<string> files, bool append, bool ignoreClosedPipes)
    {
        OutputSet outputs = new(ignoreClosedPipes);
        outputs.Open = [new Output("'standard output'", new SafeFileHandle(1, ownsHandle: false))];
        foreach (string file in files)
        {
            Errno errno = Libc.OpenForWriting(file, append, out SafeFileHandle handle);
            if (errno == Errno.None)
            {
                outputs.Open = outputs.Open.Add(new Output(file, handle));
            }
            else
            {
                handle.Dispose();
                outputs.Report(file.Length == 0 ? "''" : file, errno);
            }
        }

        return outputs;
    }

    /// <summary>Drops an output that failed.</summary>
    /// <exception cref="ErrnoException">The reader of a pipe has gone, which ends a tee unless it was told to go on.</exception>
    public void Fail(Output output, Errno errno)
    {
        if (errno == Errno.EPIPE && !_ignoreClosedPipes)
        {
            throw new ErrnoException(errno, "write");
        }

        if (errno != Errno.EPIPE)
        {
            Report(output.Name, errno);
        }

        Open = Open.Remove(output);
        output.Dispose();
    }

    public void Report(string what, Errno errno)
    {
        ExitCode = 1;
        Console.Error.WriteLine($"tee: {what}: {Marshal.GetPInvokeErrorMessage((int)errno)}");
    }

    public void Dispose()
    {
        foreach (Output output in Open)
        {
            output.Dispose();
        }
    }
}

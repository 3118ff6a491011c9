using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using ZeroCopy;

namespace TeeSample;

/// <summary>The outputs that still work, and what is said and done about one that fails: the others go on.</summary>
internal sealed class OutputSet : IDisposable
{
    /// <summary>A few assemblies, and the pipes of a few outputs.</summary>
    private const int SpareDescriptors = 16;

    private readonly bool _ignoreClosedPipes;

    private OutputSet(bool ignoreClosedPipes) => _ignoreClosedPipes = ignoreClosedPipes;

    /// <summary>Those that work, standard output first. Safe to enumerate while one of them fails.</summary>
    public ImmutableArray<Output> Open { get; private set; } = [];

    /// <summary>1 as soon as anything went wrong.</summary>
    public int ExitCode { get; private set; }

    public static OutputSet Create(IEnumerable<string> files, bool append, bool ignoreClosedPipes)
    {
        OutputSet outputs = new(ignoreClosedPipes);
        Output standardOutput = new("'standard output'", new SafeFileHandle(1, ownsHandle: false));
        outputs.Open = [standardOutput];

        // Files may take all the descriptors that there are but these, which the runtime needs for what it loads later, and the copy for its pipes.
        SafeFileHandle[] spare = [.. Enumerable.Range(0, SpareDescriptors).Select(_ => Spare())];
        List<(string Name, Errno Errno)> failures = [];
        foreach (string file in files)
        {
            SafeFileHandle? handle = null;
            Errno errno = file.Contains('\uFFFD', StringComparison.Ordinal) ? Errno.EILSEQ : Libc.OpenForWriting(file, append, out handle);
            if (errno == Errno.None)
            {
                outputs.Open = outputs.Open.Add(new Output(Quoting.Quote(file), handle!) { IsFile = true });
            }
            else
            {
                handle?.Dispose();
                failures.Add((Quoting.Quote(file), errno));
            }
        }

        Array.ForEach(spare, handle => handle.Dispose());
        failures.ForEach(failure => outputs.Report(failure.Name, failure.Errno));
        if (!Libc.IsInherited(standardOutput.Handle))
        {
            outputs.Fail(standardOutput, Errno.EBADF);
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
        using SafeFileHandle standardError = new(2, ownsHandle: false);
        if (Libc.IsInherited(standardError))
        {
            Libc.Write(standardError, Encoding.UTF8.GetBytes($"tee: {what}: {Marshal.GetPInvokeErrorMessage((int)errno)}\n"), out _);
        }
    }

    /// <summary>Closes the files, and reports those that fail at that.</summary>
    public void Close()
    {
        foreach (Output file in Open.Where(output => output.IsFile))
        {
            if (file.Close() is Errno errno and not Errno.None)
            {
                Report(file.Name, errno);
            }
        }
    }

    public void Dispose()
    {
        foreach (Output output in Open)
        {
            output.Dispose();
        }
    }

    private static SafeFileHandle Spare()
    {
        _ = Libc.OpenForWriting("/dev/null", append: false, out SafeFileHandle handle);
        return handle;
    }
}

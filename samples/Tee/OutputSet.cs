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
    private readonly List<Output> _all = [];
    private volatile bool _readerHasGone;

    private OutputSet(bool ignoreClosedPipes) => _ignoreClosedPipes = ignoreClosedPipes;

    /// <summary>Those that work, standard output first.</summary>
    public IEnumerable<Output> Open => _all.Where(output => !output.Handle.IsClosed);

    /// <summary>1 as soon as anything went wrong.</summary>
    public int ExitCode { get; private set; }

    public static OutputSet Create(IEnumerable<string> files, bool append, bool ignoreClosedPipes)
    {
        OutputSet outputs = new(ignoreClosedPipes);
        Output standardOutput = new("'standard output'", new SafeFileHandle(1, ownsHandle: false));
        outputs._all.Add(standardOutput);

        // Files may take all the descriptors that there are but these, which the runtime needs for what it loads later, and the copy for its pipes.
        SafeFileHandle[] spare = new SafeFileHandle[SpareDescriptors];
        for (int i = 0; i < spare.Length; i++)
        {
            spare[i] = Spare();
        }

        List<Action> reports = [];
        foreach (string file in files)
        {
            SafeFileHandle? handle = null;
            Errno errno = file.Contains('\uFFFD', StringComparison.Ordinal) ? Errno.EILSEQ : Libc.OpenForWriting(file, append, out handle);
            if (errno == Errno.None)
            {
                outputs._all.Add(new Output(Quoting.Quote(file), handle!) { IsFile = true });
            }
            else
            {
                handle?.Dispose();
                reports.Add(() => outputs.Report(Quoting.Quote(file), errno));
            }
        }

        Array.ForEach(spare, handle => handle.Dispose());
        reports.ForEach(report => report());
        if (Libc.IsInherited(standardOutput.Handle))
        {
            Libc.AskForCapacity(standardOutput.Handle);
        }
        else
        {
            outputs.Fail(standardOutput, Errno.EBADF);
        }

        return outputs;
    }

    /// <summary>Drops an output that failed.</summary>
    /// <exception cref="ErrnoException">The reader of a pipe has gone, which ends a tee unless it was told to go on.</exception>
    public void Fail(Output output, Errno errno)
    {
        // The pipe to the others has no reader any more when all of them have failed, which was said.
        if (errno == Errno.EPIPE && (output.IsForOthers ? _readerHasGone : !_ignoreClosedPipes))
        {
            _readerHasGone = true;
            throw new ErrnoException(errno, "write");
        }

        if (errno != Errno.EPIPE)
        {
            Report(output.Name, errno);
        }

        output.Handle.Dispose();
    }

    public void Report(string what, Errno errno) => Report($"{what}: {Marshal.GetPInvokeErrorMessage((int)errno)}");

    public void Report(string message)
    {
        ExitCode = 1;
        using SafeFileHandle standardError = new(2, ownsHandle: false);
        if (Libc.IsInherited(standardError))
        {
            Libc.Say(standardError, Encoding.UTF8.GetBytes($"tee: {message}\n"));
        }
    }

    /// <summary>Closes the files, and reports what a network file system or a quota says only then.</summary>
    public void Close()
    {
        foreach (Output file in Open.Where(output => output.IsFile))
        {
            if (Libc.Close(file.Handle) is Errno errno and not Errno.None)
            {
                Report(file.Name, errno);
            }
        }
    }

    public void Dispose()
    {
        _all.ForEach(output => output.Handle.Dispose());
    }

    private static SafeFileHandle Spare()
    {
        _ = Libc.OpenForWriting("/dev/null", append: false, out SafeFileHandle handle);
        return handle;
    }
}

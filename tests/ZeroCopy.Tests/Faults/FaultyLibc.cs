using System.Runtime.InteropServices;

namespace ZeroCopy.Tests.Faults;

/// <summary>libc.c in this process: what the library calls in place of libc, with faults or without.</summary>
internal static unsafe class FaultyLibc
{
    /// <summary>As libc.c has it.</summary>
    private const int MostEndpoints = 8;
    private const int NoDescriptor = -1;

    private static readonly Lazy<string> _library = new(Build);
    private static readonly Dictionary<string, FaultyCall> _calls = new(StringComparer.Ordinal);
    private static long* _endpoints;

    /// <summary>Where it is. It is built once, since tests beside each other would otherwise load what is being written.</summary>
    public static string Library
    {
        get
        {
            Shell.SkipWithout("cc");
            return _library.Value;
        }
    }

    /// <summary>How many calls were made since <see cref="Arm"/>, but for those that a loop waits in, which may look several times before it sleeps.</summary>
    public static long MadeToWork => _calls.Where(call => call.Key != "epoll_wait").Sum(call => call.Value.Made);

    /// <summary>How many calls of all kinds were made.</summary>
    public static long Made => _calls.Values.Sum(call => call.Made);

    /// <summary>Has the library call it, of which nothing was called before.</summary>
    public static void StandIn(string path)
    {
        nint library = NativeLibrary.Load(path);
        NativeLibrary.SetDllImportResolver(typeof(Splice).Assembly, (name, _, _) => name == "libc" ? library : 0);
        _endpoints = (long*)NativeLibrary.GetExport(library, "endpoints");
        foreach (string name in FaultTable.Rows.Keys)
        {
            _calls.Add(name, new FaultyCall(NativeLibrary.GetExport(library, $"fault_of_{name.Replace(':', '_')}")));
        }
    }

    /// <summary>Starts to count anew, with faults from now on, and tells it what descriptors are not the library's own.</summary>
    public static void Arm(IEnumerable<Fault> faults, params ReadOnlySpan<int> endpoints)
    {
        for (int i = 0; i < MostEndpoints; i++)
        {
            Volatile.Write(ref _endpoints[i], i < endpoints.Length ? endpoints[i] : NoDescriptor);
        }

        foreach (FaultyCall call in _calls.Values)
        {
            call.Arm(fault: null);
        }

        foreach (Fault fault in faults)
        {
            Of(fault).Arm(fault);
        }
    }

    public static FaultyCall Of(Fault fault) => _calls[fault.Call];

    /// <summary>What was called since <see cref="Arm"/>, and how often.</summary>
    public static Dictionary<string, int> Calls() =>
        _calls.Where(call => call.Value.Made > 0).ToDictionary(call => call.Key, call => (int)call.Value.Made, StringComparer.Ordinal);

    private static string Build()
    {
        string library = Path.Combine(AppContext.BaseDirectory, "libc-with-faults.so");
        string source = Repository.PathOf("tests", "ZeroCopy.Tests", "Faults", "libc.c");
        Finished compiler = Shell.Run("cc", "-std=gnu11", "-Wall", "-Werror", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl");
        compiler.Error.Should().BeEmpty();
        compiler.ExitCode.Should().Be(0);
        return library;
    }
}

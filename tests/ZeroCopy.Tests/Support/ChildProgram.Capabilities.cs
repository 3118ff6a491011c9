using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Support;

/// <content>What is told of the machine, and of copies before they run.</content>
internal static partial class ChildProgram
{
    private static int Capabilities(string[] args)
    {
        switch (args)
        {
            case ["explain", string source, string destination, .. string[] how]:
                Explain(source, destination, how);
                return 0;
            case ["kernel-support"]:
                Say(KernelSupport.Probe());
                return 0;
            case ["kernel-support-without-descriptors"]:
                ProbeWithoutDescriptors();
                return 0;
            default:
                return 2;
        }
    }

    /// <summary>Tells what a copy would do, and what it does.</summary>
    private static void Explain(string from, string to, string[] how)
    {
        string folder = Directory.CreateTempSubdirectory("zerocopy-").FullName;
        TransferEndpoint source = Source(from, Path.Combine(folder, "source"), Bytes.Random(200_000), new TransferCounters());
        TransferEndpoint destination = Destination(to, Path.Combine(folder, "destination")).Endpoint;
        _ = Transfer.Explain(source, destination);
        LibraryPools.Trim();
        TransferPlan plan;
        CopyResult result;
        using (new Scarcity(how))
        {
            plan = Transfer.Explain(source, destination);
            result = Transfer.Copy(source, destination);
        }

        Say($"planned {plan.Path} {plan.FallbackErrno}");
        Say($"copied {result.Path} {result.FallbackErrno}");
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Tells what is known of the machine when few descriptors are left, and none, and how many are left afterwards.</summary>
    private static void ProbeWithoutDescriptors()
    {
        _ = KernelSupport.Probe().ToString();
        List<SafeFileHandle> taken = [];
        SafeFileHandle last = Native.Open("/dev/null", Native.O_RDONLY);
        while (!last.IsInvalid)
        {
            taken.Add(last);
            last = Native.Duplicate(last);
        }

        List<string> told = [];
        for (int left = 0; left <= 4; left++)
        {
            KernelSupport support = KernelSupport.Probe();
            List<SafeFileHandle> free = [];
            for (last = Native.Duplicate(taken[0]); !last.IsInvalid; last = Native.Duplicate(taken[0]))
            {
                free.Add(last);
            }

            told.Add($"{free.Count} left: pipe {support.PipeErrno}, vmsplice {support.VmSpliceErrno}, splice {support.SpliceErrno}, soft {support.UserPipePagesSoft is not null}");
            free.ForEach(descriptor => descriptor.Dispose());
            taken[^1].Dispose();
            taken.RemoveAt(taken.Count - 1);
        }

        taken.ForEach(descriptor => descriptor.Dispose());
        told.ForEach(Say);
    }
}

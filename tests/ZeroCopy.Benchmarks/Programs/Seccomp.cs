using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ZeroCopy.Benchmarks;

/// <summary>A sandbox for this process, from which there is no way back.</summary>
internal static unsafe partial class Seccomp
{
    private const int PR_SET_NO_NEW_PRIVS = 38;
    private const int SECCOMP_SET_MODE_FILTER = 1;
    private const int SECCOMP_FILTER_FLAG_TSYNC = 1;
    private const ushort BPF_LD_W_ABS = 0x20;
    private const ushort BPF_JEQ_K = 0x15;
    private const ushort BPF_RET_K = 0x06;
    private const uint SECCOMP_RET_ALLOW = 0x7fff0000;
    private const uint SECCOMP_RET_ERRNO = 0x00050000;

    private static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>Has splice(2) fail with EPERM, so that the library reads and writes, on the same loop and by the same rules.</summary>
    public static void ForbidSplice()
    {
        uint splice = IsArm64 ? 76u : 275u;
        Instruction* filter = stackalloc Instruction[]
        {
            new(BPF_LD_W_ABS, 0, 0, 0),
            new(BPF_JEQ_K, 0, 1, splice),
            new(BPF_RET_K, 0, 0, SECCOMP_RET_ERRNO | (uint)Errno.EPERM),
            new(BPF_RET_K, 0, 0, SECCOMP_RET_ALLOW),
        };
        FilterProgram program = new(4, filter);
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
            || syscall(IsArm64 ? 277 : 317, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) != 0)
        {
            throw new Win32Exception();
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nint arg2, nint arg3, nint arg4, nint arg5);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint operation, nint flags, FilterProgram* program);

    /// <summary>struct sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Instruction(ushort code, byte ifTrue, byte ifFalse, uint k)
    {
        public readonly ushort Code = code;
        public readonly byte IfTrue = ifTrue;
        public readonly byte IfFalse = ifFalse;
        public readonly uint K = k;
    }

    /// <summary>struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct FilterProgram(ushort length, Instruction* instructions)
    {
        public readonly ushort Length = length;
        public readonly Instruction* Instructions = instructions;
    }
}

using System.Runtime.InteropServices;

namespace ZeroCopy.Tests.Support;

/// <summary>A sandbox for this process and all that it starts, from which there is no way back.</summary>
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

    /// <summary>Has system calls fail.</summary>
    /// <returns>Whether there is such a thing here.</returns>
    public static bool TryForbid(IEnumerable<string> calls, Errno errno)
    {
        uint[] numbers = [.. calls.Select(NumberOf)];
        Instruction[] filter =
        [
            new(BPF_LD_W_ABS, 0, 0, 0),
            .. numbers.Select((number, i) => new Instruction(BPF_JEQ_K, (byte)(numbers.Length - i), 0, number)),
            new(BPF_RET_K, 0, 0, SECCOMP_RET_ALLOW),
            new(BPF_RET_K, 0, 0, SECCOMP_RET_ERRNO | (uint)errno),
        ];
        fixed (Instruction* instructions = filter)
        {
            FilterProgram program = new((ushort)filter.Length, instructions);
            return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
                && syscall(IsArm64 ? 277 : 317, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
        }
    }

    private static uint NumberOf(string call) => call switch
    {
        "splice" => IsArm64 ? 76u : 275u,
        "tee" => IsArm64 ? 77u : 276u,
        "vmsplice" => IsArm64 ? 75u : 278u,
        "copy_file_range" => IsArm64 ? 285u : 326u,
        _ => throw new ArgumentOutOfRangeException(nameof(call), call, "Its number is not known here."),
    };

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

namespace ZeroCopy.Tests.Faults;

/// <summary>A call of libc that fails before it is made.</summary>
/// <param name="Call">Its name in <see cref="FaultTable"/>.</param>
/// <param name="Errno">How it fails; <see cref="Errno.None"/> where it does not, but moves one byte at most.</param>
/// <param name="First">Which one, from 1 on.</param>
/// <param name="Lasts">Whether all after it fail too.</param>
/// <param name="Manner">In which way it fails.</param>
internal sealed record Fault(string Call, Errno Errno, int First = 1, bool Lasts = false, FaultManner Manner = FaultManner.Told)
{
    public string Syscall => FaultTable.SyscallOf(Call);

    public override string ToString() =>
        $"{Call} {First}{(Lasts ? "+" : "")}: {(Manner != FaultManner.Told ? Manner : Errno == Errno.None ? "one byte" : Errno)}";
}

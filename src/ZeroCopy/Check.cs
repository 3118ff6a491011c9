using System.Runtime.CompilerServices;

namespace ZeroCopy;

/// <summary>What is checked before a call is made, so that bad input gets a clear error and nothing has happened yet.</summary>
internal static class Check
{
    internal static void Platform()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("splice, tee, vmsplice and pipe2 are calls of Linux; ask Splice.IsSupported first.");
        }
    }

    /// <summary>Refuses a negative length and clamps the rest: a length near SIZE_MAX is EINVAL for files and, on some kernels, sockets.</summary>
    internal static long Length(long len)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(len);
        return Math.Min(len, Interop.MaxCount);
    }

    internal static void Positive(TimeSpan? time, [CallerArgumentExpression(nameof(time))] string? name = null)
    {
        if (time.HasValue && time != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time.GetValueOrDefault(), TimeSpan.Zero, name);
        }
    }

    internal static void Positive(long? value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        if (value.HasValue)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value.GetValueOrDefault(), name);
        }
    }

    internal static void NotNegative(long? value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        if (value.HasValue)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value.GetValueOrDefault(), name);
        }
    }
}

namespace ZeroCopy.Tests.Support;

/// <summary>One call, made through both of its faces.</summary>
internal abstract record Call(string Syscall)
{
    /// <summary>Both faces fail with the same number, and the exception says all there is.</summary>
    public void MustFail(Errno expected)
    {
        Try(out long count).Should().Be(expected);
        count.Should().Be(0, "a count never comes with an error");
        FluentActions.Invoking(Throwing).Should().Throw<ErrnoException>()
            .Where(e => e.Errno == expected && e.Syscall == Syscall && e.HResult == (int)expected)
            .WithMessage($"{Syscall}: {expected} ({(int)expected}): *");
    }

    /// <summary>Both faces return 0, the second time as the first.</summary>
    public void MustReturnZero()
    {
        Try(out long count).Should().Be(Errno.None);
        count.Should().Be(0);
        Throwing().Should().Be(0);
    }

    /// <summary>Both faces throw the exception before the call is made.</summary>
    public void MustThrow<TException>(string? parameter = null)
        where TException : Exception
    {
        foreach (Func<object> face in (Func<object>[])[() => Try(out _), () => Throwing()])
        {
            TException thrown = face.Should().Throw<TException>().Which;
            (thrown as ArgumentException)?.ParamName.Should().Be(parameter);
        }
    }

    public abstract Errno Try(out long count);

    public abstract long Throwing();
}

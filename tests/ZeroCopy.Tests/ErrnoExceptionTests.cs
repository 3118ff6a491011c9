namespace ZeroCopy.Tests;

public sealed class ErrnoExceptionTests
{
    [Fact]
    public void Constructor_KnownNumber_NamesCallNameNumberAndText()
    {
        ErrnoException exception = new(Errno.EBADF, "splice");
        exception.Message.Should().Be("splice: EBADF (9): Bad file descriptor");
        exception.Errno.Should().Be(Errno.EBADF);
        exception.Syscall.Should().Be("splice");
        exception.HResult.Should().Be(9);
        exception.Should().BeAssignableTo<IOException>();
    }

    [Fact]
    public void Constructor_NumberWithoutAName_IsCarried()
    {
        ErrnoException exception = new((Errno)4095, "tee");
        exception.Message.Should().StartWith("tee: errno (4095): ");
        ((int)exception.Errno).Should().Be(4095);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Constructor_NoCall_ArgumentException(string? syscall) =>
        FluentActions.Invoking(() => new ErrnoException(Errno.EBADF, syscall!)).Should().Throw<ArgumentException>().WithParameterName("syscall");
}
